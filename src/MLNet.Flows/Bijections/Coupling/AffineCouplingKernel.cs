using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>The coupling's kernels on blocks and rows, at a width chosen at run time.</summary>
internal static unsafe class AffineCouplingKernel
{
    internal struct BlockForward(AffineCoupling coupling, RowBlock block) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* x = block.Values, logDet = block.LogDet)
                AffineCouplingForwardKernel<V, S>.Run(coupling, x, x + coupling.Dimension * RowBlock.Rows, logDet);
        }
    }

    internal struct RowForward(AffineCoupling coupling, RowWorkspace row) : ISimdOperation
    {
        public float LogDet { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* x = row.Values, scratch = row.Scratch)
                LogDet = AffineCouplingRowKernel<V, S>.Run(coupling, x, scratch);
        }
    }

    internal struct InputGradient(AffineCoupling coupling, RowBlock input, RowBlock gradient) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int size = coupling.Dimension * RowBlock.Rows;
            fixed (float* x = input.Values, g = gradient.Values)
                AffineCouplingBackwardKernel<V, S>.Run(coupling, x, x + size, g, g + size);
        }
    }
}
