using MLNet.Flows.Bijections.Conditioned;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.ScalarMaps;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>A coupling in training.</summary>
/// <typeparam name="TMap">The scalar map.</typeparam>
internal sealed class TrainableCoupling<TMap> : TrainableConditioned<TMap>
    where TMap : struct, IScalarMap
{
    /// <param name="mask">The columns.</param>
    /// <param name="hiddenUnits">Units of each hidden layer of the conditioner.</param>
    /// <param name="map">The scalar map.</param>
    /// <param name="inputBound">The conditioner sees the passive columns clamped to this.</param>
    /// <param name="context">Columns of the context, which the conditioner sees too.</param>
    /// <param name="residual">Whether hidden layers behind the first are residual blocks.</param>
    public TrainableCoupling(
        ColumnMask mask,
        int[] hiddenUnits,
        TMap map,
        float inputBound = DefaultInputBound,
        int context = 0,
        bool residual = false)
        : this(
            mask,
            new TrainablePerceptron(
                [context + mask.Passive.Length, .. hiddenUnits, checked(map.ParameterCount * mask.Active.Length)],
                residual: residual),
            map,
            inputBound,
            context)
    {
    }

    private TrainableCoupling(
        ColumnMask mask, TrainablePerceptron conditioner, TMap map, float inputBound, int context)
        : base(
            new ConditionedParts<TMap>(
                mask.Dimension, mask.Passive, mask.Active, conditioner.Network, map, inputBound, context),
            conditioner) => Mask = mask;

    public ColumnMask Mask { get; }

    public override Coupling<TMap> Freeze(ReadOnlySpan<float> parameters) =>
        new(Mask, Conditioner.Freeze(parameters), Parts.Map, Parts.InputBound, Parts.Context);
}
