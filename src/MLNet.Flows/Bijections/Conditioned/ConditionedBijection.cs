using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Conditioned;

/// <summary>Changes each active column by a scalar map, whose parameters a conditioner computes from other columns; log|det
/// df/dx| = sum of log-slopes.</summary>
/// <remarks>The conditioner sees its columns clamped to the bound of inputs: further out, where no training row was, the map
/// stays what it is at the edge.</remarks>
/// <typeparam name="TMap">The scalar map.</typeparam>
internal abstract class ConditionedBijection<TMap> : Bijection
    where TMap : struct, IScalarMap
{
    private const float SmallestInputBound = 1e-3f;
    private readonly Lazy<DoublePerceptron> _exact;

    /// <param name="parts">What it is made of.</param>
    /// <exception cref="ArgumentException">The conditioner's shape or the bound of inputs does not fit.</exception>
    protected ConditionedBijection(ConditionedParts<TMap> parts)
        : base(parts.Dimension)
    {
        MultilayerPerceptron conditioner = parts.Conditioner;
        long outputs = parts.Map.ParameterCount * (long)parts.Active.Length;
        int inputs = parts.Context + parts.Inputs.Length;
        if (conditioner.Inputs != inputs || conditioner.Outputs != outputs)
        {
            throw new ArgumentException($"The conditioner has {conditioner.Inputs} inputs and {conditioner.Outputs} outputs, "
                + $"but {inputs} passive "
                + $"and {parts.Active.Length} active columns need {inputs} and {outputs}. Give it those.");
        }

        if (!(parts.InputBound is >= SmallestInputBound and <= ValueLimit.Largest))
        {
            throw new ArgumentException($"The bound of a conditioner's inputs is {parts.InputBound}, but must be from "
                + $"{SmallestInputBound} to {ValueLimit.Largest}. "
                + "Values from 3 to 10 standard deviations are usual.");
        }

        Parts = parts;
        _exact = new Lazy<DoublePerceptron>(() => new DoublePerceptron(conditioner));
    }

    public ConditionedParts<TMap> Parts { get; }

    public override int ContextColumns => Parts.Context;

    /// <remarks>The conditioner's activations; behind them, for a single row, the active values, their log-slopes and the map's
    /// scratch.</remarks>
    public override int ScratchColumns => Parts.Conditioner.ActivationLength
        + 2 * ConditionedKernel<float, SimdScalar>.Padded(Parts.Active.Length) + RowBlock.Rows;

    /// <summary>The conditioner in double precision.</summary>
    protected DoublePerceptron Exact => _exact.Value;

    public override void Forward(RowBlock block)
    {
        block.RequireContext(Parts.Context);
        var operation = new BlockForward(Parts, block);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override float Forward(RowWorkspace row)
    {
        row.RequireContext(Parts.Context);
        var operation = new RowForward(Parts, row);
        SimdDispatch.Run(row.Width, ref operation);
        return operation.LogDet;
    }

    public override void Backward(RowBlock input, RowBlock gradient)
    {
        input.RequireContext(Parts.Context);
        var operation = new InputGradient(Parts, input, gradient);
        SimdDispatch.Run(input.Width, ref operation);
    }

    /// <summary>[context and others, 64]: a conditioner's inputs with the context, and room for the others behind it.</summary>
    protected double[] ContextInputs(DoubleBlock block, int others)
    {
        var inputs = new double[(Parts.Context + others) * RowBlock.Rows];
        block.Context.AsSpan(0, Parts.Context * RowBlock.Rows).CopyTo(inputs);
        return inputs;
    }

    private readonly unsafe struct BlockForward(ConditionedParts<TMap> parts, RowBlock block) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* x = block.Values, context = block.Context, logDet = block.LogDet)
                ConditionedKernel<V, S>.Forward(parts, x, context, x + parts.Dimension * RowBlock.Rows, logDet);
        }
    }

    private unsafe struct RowForward(ConditionedParts<TMap> parts, RowWorkspace row) : ISimdOperation
    {
        public float LogDet { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* x = row.Values, context = row.Context, scratch = row.Scratch)
                LogDet = ConditionedKernel<V, S>.ForwardRow(parts, x, context, scratch);
        }
    }

    // The conditioner runs again, for its activations.
    private readonly unsafe struct InputGradient(ConditionedParts<TMap> parts, RowBlock input, RowBlock gradient) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int size = parts.Dimension * RowBlock.Rows;
            float* ones = stackalloc float[RowBlock.Rows];
            new Span<float>(ones, RowBlock.Rows).Fill(1);
            fixed (float* x = input.Values, context = input.Context, g = gradient.Values)
            {
                ConditionedKernel<V, S>.Condition(parts, x, context, x + size);
                ConditionedKernel<V, S>.Backward(parts, x, x + size, ones, g, g + size, toInputs: true);
            }
        }
    }
}
