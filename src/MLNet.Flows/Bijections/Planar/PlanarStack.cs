using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>A stack of planar bijections, each of which bends space along one direction, as one map.</summary>
/// <remarks>f(x) = x + sum_k uHat_k tanh(a_k), a_k = b_k + w_k.x + sum_(j&lt;k) C_kj tanh(a_j), C_kj = w_k.uHat_j;
/// log|det df/dx| = sum_k log(1 + c_kk (1 - tanh^2 a_k)), c_kk = w_k.uHat_k &gt; -1. O(2 K D + K^2 / 2) per row.
/// Rezende and Mohamed 2015, arXiv:1505.05770, eq. 10-12 and appendix A.1.</remarks>
internal sealed class PlanarStack : Bijection
{
    /// <summary>The most that options allow to train.</summary>
    public const int MaximumLayers = 4096;

    private readonly PlanarPanels _panels;
    private readonly float[] _w;
    private readonly float[] _uHat;
    private readonly float[] _b;
    private readonly Lazy<PlanarInverse> _inverse;

    /// <param name="dimension">D.</param>
    /// <param name="w">[K, D], row-major.</param>
    /// <param name="uHat">[K, D], row-major, already constrained.</param>
    /// <param name="b">[K].</param>
    /// <exception cref="ArgumentException">A layer is not invertible: w_k.uHat_k is not above -1.</exception>
    public PlanarStack(int dimension, float[] w, float[] uHat, float[] b)
        : base(dimension)
    {
        (_w, _uHat, _b) = (w, uHat, b);
        _panels = new PlanarPanels(dimension, b.Length);
        _panels.Set(w, uHat, b);
        _inverse = new Lazy<PlanarInverse>(() => new PlanarInverse(dimension, w, uHat, b));
        if (FirstSingularLayer() is int k)
            throw new ArgumentException(
                $"Layer {k} has w.uHat = {_panels.C[k]}, but a planar layer is invertible only above -1. Constrain u first.");
    }

    public int Layers => _b.Length;

    /// <summary>[K, D].</summary>
    public ReadOnlySpan<float> W => _w;

    /// <summary>[K, D].</summary>
    public ReadOnlySpan<float> UHat => _uHat;

    /// <summary>[K].</summary>
    public ReadOnlySpan<float> B => _b;

    /// <summary>[K], w_k.uHat_k.</summary>
    public ReadOnlySpan<float> C => _panels.C.Span[..Layers];

    public override int ScratchColumns => _panels.PaddedLayers;

    public override BijectionKind Kind => BijectionKind.PlanarStack;

    public override void Forward(RowBlock block) => Forward(_panels, block, null);

    public override float Forward(RowWorkspace row)
    {
        var operation = new ForwardRow(_panels, row);
        SimdDispatch.Run(row.Width, ref operation);
        return operation.LogDet;
    }

    public override void Inverse(DoubleBlock block) => _inverse.Value.Run(block);

    public override void Backward(RowBlock input, RowBlock gradient)
    {
        var operation = new InputGradient(_panels, input, gradient);
        SimdDispatch.Run(input.Width, ref operation);
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(Layers);
        writer.Write(_w);
        writer.Write(_uHat);
        writer.Write(_b);
    }

    public static PlanarStack Read(ModelReader reader)
    {
        int dimension = reader.ReadInt32(), layers = reader.ReadInt32();
        reader.Check(
            dimension is >= 1 and <= 1 << 24 && layers is >= 0 and <= MaximumLayers,
            $"a planar stack of {layers} layers on {dimension} dimensions");
        reader.CheckRemaining((2L * dimension + 1) * layers * sizeof(float));

        // w, uHat and b, three tables of [K, D] and two of [K, K].
        long padded = layers + 15L;
        reader.Reserve(((5L * dimension + (2L * padded) + 3) * padded + dimension) * sizeof(float));
        float[] w = reader.ReadFiniteSingles(layers * dimension), uHat = reader.ReadFiniteSingles(layers * dimension);
        float[] b = reader.ReadFiniteSingles(layers);
        try
        {
            return new PlanarStack(dimension, w, uHat, b);
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"The model is damaged: {fault.Message}");
        }
    }

    /// <summary>The block kernel at the block's width.</summary>
    internal static void Forward(PlanarPanels panels, RowBlock block, AlignedBuffer? activations)
    {
        var operation = new ForwardBlock(panels, block, activations);
        SimdDispatch.Run(block.Width, ref operation);
    }

    private int? FirstSingularLayer()
    {
        for (int k = 0; k < Layers; k++)
        {
            if (!(_panels.C[k] > -1 && float.IsFinite(_panels.C[k])))
                return k;
        }

        return null;
    }

    private readonly struct ForwardBlock(PlanarPanels panels, RowBlock block, AlignedBuffer? activations) : ISimdOperation
    {
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V> => PlanarForwardKernel<V, S>.Run(panels, block, activations);
    }

    private struct ForwardRow(PlanarPanels panels, RowWorkspace row) : ISimdOperation
    {
        public float LogDet { get; private set; }

        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V> => LogDet = PlanarRowKernel<V, S>.Run(panels, row);
    }

    // Runs forward again on a copy of the points for h, which the input's scratch columns keep, then back.
    private readonly struct InputGradient(PlanarPanels panels, RowBlock input, RowBlock gradient) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            Span<float> points = input.Values.Span[..(panels.Dimension * RowBlock.Rows)];
            float[] kept = points.ToArray(), logDet = input.LogDet.Span.ToArray();
            PlanarForwardKernel<V, S>.Run(panels, input, null);
            kept.CopyTo(points);
            logDet.CopyTo(input.LogDet.Span);
            PlanarBackwardKernel<V, S>.RunToInput(panels, input, gradient);
        }
    }
}
