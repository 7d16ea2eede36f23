using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Conditioned;

/// <summary>A <see cref="ConditionedBijection{TMap}"/> in training. Flat parameters: those of the conditioner, layer by layer [W
/// (outputs x inputs, row-major) | b].</summary>
/// <remarks>The conditioner's last layer starts at 0, so that the bijection starts as the same map everywhere: the affine and the
/// additive one as the identity, the spline one too.</remarks>
/// <typeparam name="TMap">The scalar map.</typeparam>
internal abstract class TrainableConditioned<TMap> : TrainableBijection
    where TMap : struct, IScalarMap
{
    /// <summary>The default bound of inputs, in standard deviations. Beyond, where hardly a row was in training, the
    /// conditioner's pieces would run on as straight lines, and couplings in a row multiply their slopes: one such row of 20,000
    /// can then decide the mean likelihood of all.</summary>
    public const float DefaultInputBound = 3;

    /// <param name="parts">What it is made of; the conditioner is the trainable one's network.</param>
    /// <param name="conditioner">The conditioner.</param>
    protected TrainableConditioned(ConditionedParts<TMap> parts, TrainablePerceptron conditioner)
        : base(parts.Dimension) => (Parts, Conditioner) = (parts, conditioner);

    /// <summary>The bijection at the present parameters, for kernels on blocks.</summary>
    public ConditionedParts<TMap> Parts { get; }

    public TrainablePerceptron Conditioner { get; }

    public override int ContextColumns => Parts.Context;

    public override int ParameterCount => Conditioner.ParameterCount;

    public override int ScratchColumns => Conditioner.Network.ActivationLength;

    public override void Initialize(FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters) =>
        Conditioner.Initialize(random, parameters);

    public override void SetParameters(ReadOnlySpan<float> parameters) => Conditioner.SetParameters(parameters);

    public override void Forward(RowBlock block, Accumulator? accumulator)
    {
        block.RequireContext(Parts.Context);
        var operation = new BlockForward(this, block, (Sums?)accumulator);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override void Backward(RowBlock gradient, ReadOnlySpan<float> weights, Accumulator accumulator, bool toInputs)
    {
        var sums = (Sums)accumulator;
        weights.CopyTo(sums.Weights.Span);
        var operation = new BlockBackward(this, gradient, sums, toInputs);
        SimdDispatch.Run(gradient.Width, ref operation);
    }

    public override Accumulator CreateAccumulator(SimdWidth width) => new Sums(this);

    public override void FinishGradient(Accumulator accumulator, Span<float> gradient) =>
        Conditioner.FinishGradient(((Sums)accumulator).Conditioner, gradient);

    private readonly unsafe struct BlockForward(TrainableConditioned<TMap> bijection, RowBlock block, Sums? sums) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int size = bijection.Dimension * RowBlock.Rows;
            fixed (float* x = block.Values, context = block.Context, logDet = block.LogDet)
            {
                if (sums is null)
                {
                    ConditionedKernel<V, S>.Forward(bijection.Parts, x, context, x + size, logDet);
                    return;
                }

                block.Values.Span[..size].CopyTo(sums.X.Span);
                fixed (float* activations = sums.Activations)
                    ConditionedKernel<V, S>.Forward(bijection.Parts, x, context, activations, logDet);
            }
        }
    }

    private readonly unsafe struct BlockBackward(
        TrainableConditioned<TMap> bijection, RowBlock gradient, Sums sums, bool toInputs) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* x = sums.X, activations = sums.Activations, gradients = sums.Gradients, weights = sums.Weights)
            fixed (float* g = gradient.Values)
            {
                ConditionedKernel<V, S>.Backward(bijection.Parts, x, activations, weights, g, gradients, toInputs);
                PerceptronGradientKernel<V, S>.Add(bijection.Conditioner.Network, activations, gradients, sums.Conditioner);
            }
        }
    }

    /// <summary>One thread's inputs and activations of a block, and gradient sums.</summary>
    private sealed class Sums(TrainableConditioned<TMap> bijection) : Accumulator
    {
        public AlignedBuffer X { get; } = new(bijection.Dimension * RowBlock.Rows);

        public AlignedBuffer Activations { get; } = new(bijection.Conditioner.Network.ActivationLength * RowBlock.Rows);

        public AlignedBuffer Gradients { get; } = new(bijection.Conditioner.Network.ActivationLength * RowBlock.Rows);

        public AlignedBuffer Weights { get; } = new(RowBlock.Rows);

        public PerceptronGradient Conditioner { get; } = new(bijection.Conditioner.Network);

        public override void Clear() => Conditioner.Clear();

        public override void Add(Accumulator other) => Conditioner.Add(((Sums)other).Conditioner);
    }
}
