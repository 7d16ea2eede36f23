using MLNet.Flows.Bijections.Conditioned;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Autoregressive;

/// <summary>An autoregressive map in training: masked weights start at 0 and get no gradient.</summary>
/// <typeparam name="TMap">The scalar map.</typeparam>
internal sealed class TrainableAutoregressive<TMap> : TrainableConditioned<TMap>
    where TMap : struct, IScalarMap
{
    private readonly int[] _order;
    private readonly AutoregressiveMask _mask;
    private readonly float[] _flat;

    /// <param name="order">A permutation of the columns: the first depends on none.</param>
    /// <param name="hiddenUnits">Units of each hidden layer of the conditioner.</param>
    /// <param name="map">The scalar map.</param>
    /// <param name="inputBound">The conditioner sees the columns clamped to this.</param>
    /// <param name="context">Columns of the context, which the conditioner sees too.</param>
    /// <param name="residual">Whether hidden layers behind the first are residual blocks.</param>
    public TrainableAutoregressive(
        int[] order,
        int[] hiddenUnits,
        TMap map,
        float inputBound = DefaultInputBound,
        int context = 0,
        bool residual = false)
        : this(
            order,
            new AutoregressiveMask(order.Length, hiddenUnits, map.ParameterCount, context),
            residual,
            map,
            inputBound,
            context)
    {
    }

    private TrainableAutoregressive(
        int[] order, AutoregressiveMask mask, bool residual, TMap map, float inputBound, int context)
        : this(order, mask, new TrainablePerceptron(mask.Widths, mask, residual), map, inputBound, context)
    {
    }

    private TrainableAutoregressive(
        int[] order, AutoregressiveMask mask, TrainablePerceptron conditioner, TMap map, float inputBound, int context)
        : base(
            new ConditionedParts<TMap>(order.Length, order, order, conditioner.Network, map, inputBound, context),
            conditioner) => (_order, _mask, _flat) = (order, mask, mask.Flat());

    public override ReadOnlySpan<float> GradientMask => _flat;

    public override void Initialize(FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters) =>
        Conditioner.Initialize(random, parameters, _mask);

    public override Autoregressive<TMap> Freeze(ReadOnlySpan<float> parameters) =>
        new(_order, Conditioner.Freeze(parameters), Parts.Map, Parts.InputBound, Parts.Context);
}
