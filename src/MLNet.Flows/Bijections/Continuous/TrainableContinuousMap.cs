using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Continuous;

/// <summary>A <see cref="ContinuousMap"/> in training, by regression of its velocity field. Flat parameters: the field's, layer
/// by layer [W (outputs x inputs, row-major) | b]; its inputs are the columns, then the time features, then the
/// context.</summary>
/// <remarks>The last layer starts at 0, so that the map starts as the identity. Its likelihood is for scoring alone: a gradient
/// of it would have to go through the solver, which is what flow matching does without.</remarks>
internal sealed class TrainableContinuousMap : TrainableBijection
{
    private readonly TrainablePerceptron _velocity;
    private readonly float[] _parameters;
    private Lazy<ContinuousMap> _frozen;

    /// <param name="dimension">d.</param>
    /// <param name="hiddenUnits">Units of each hidden layer, one or two.</param>
    /// <param name="steps">Of the solver.</param>
    /// <param name="context">Columns of the context.</param>
    public TrainableContinuousMap(int dimension, int[] hiddenUnits, int steps, int context = 0)
        : base(dimension)
    {
        (Steps, ContextColumns) = (steps, context);
        _velocity = new TrainablePerceptron([dimension + TimeFeatures.Count + context, .. hiddenUnits, dimension]);
        _parameters = new float[_velocity.ParameterCount];
        _frozen = new Lazy<ContinuousMap>(() => Freeze(_parameters));
        ScratchColumns = _frozen.Value.ScratchColumns;
    }

    /// <summary>Of the solver.</summary>
    public int Steps { get; }

    /// <summary>Inputs of the field, units of each hidden layer, columns.</summary>
    public int[] Widths => _velocity.Widths;

    public override int ParameterCount => _velocity.ParameterCount;

    public override int ScratchColumns { get; }

    public override int ContextColumns { get; }

    public override void Initialize(FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters) =>
        _velocity.Initialize(random, parameters);

    /// <remarks>What scores is made at the first use.</remarks>
    public override void SetParameters(ReadOnlySpan<float> parameters)
    {
        parameters.CopyTo(_parameters);
        _velocity.SetParameters(parameters);
        _frozen = new Lazy<ContinuousMap>(() => Freeze(_parameters));
    }

    public override void Forward(RowBlock block, Accumulator? accumulator) => _frozen.Value.Forward(block);

    /// <exception cref="NotSupportedException">Always: it is trained by flow matching.</exception>
    public override void Backward(RowBlock gradient, ReadOnlySpan<float> weights, Accumulator accumulator, bool toInputs) =>
        throw new NotSupportedException(
            "A continuous map has no gradient of its likelihood with respect to its parameters. Train it by FlowMatching.");

    public override ContinuousMap Freeze(ReadOnlySpan<float> parameters) =>
        new(new VelocityField(_velocity.Freeze(parameters), ContextColumns), Steps);

    /// <summary>One thread's points, targets and gradient sums for <see cref="Regress"/>.</summary>
    public VelocityRegression CreateRegression() => new(_velocity.Network);

    /// <summary>Sets each row's value to -|v(x, t) - u|^2 / d, and adds sum_r weight_r d value_r / d parameters to the
    /// sums.</summary>
    /// <param name="regression">Its inputs, targets and weights are given.</param>
    /// <param name="values">[64].</param>
    /// <param name="width">The vector width.</param>
    public void Regress(VelocityRegression regression, AlignedBuffer values, SimdWidth width)
    {
        var operation = new Regression(_velocity.Network, regression, values);
        SimdDispatch.Run(width, ref operation);
    }

    /// <summary>Writes the accumulated gradient with respect to the flat parameters.</summary>
    public void FinishGradient(VelocityRegression regression, Span<float> gradient) =>
        _velocity.FinishGradient(regression.Sums, gradient);

    private readonly unsafe record struct Regression(
        MultilayerPerceptron Network, VelocityRegression Of, AlignedBuffer Values) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* activations = Of.Activations, gradients = Of.Gradients, targets = Of.Targets)
            fixed (float* weights = Of.Weights, values = Values)
            {
                VelocityRegressionKernel<V, S>.Forward(Network, activations, targets, values, gradients);
                VelocityRegressionKernel<V, S>.Backward(Network, activations, weights, gradients);
                PerceptronGradientKernel<V, S>.Add(Network, activations, gradients, Of.Sums);
            }
        }
    }
}
