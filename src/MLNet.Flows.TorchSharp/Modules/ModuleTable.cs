using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Autoregressive;
using MLNet.Flows.Bijections.Conditioned;
using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Bijections.Radial;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Distributions;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>Which module is a bijection or a base distribution under autograd.</summary>
internal static class ModuleTable
{
    private static readonly Dictionary<Type, Func<TrainableBijection, float[], BijectionModule>> Bijections = new()
    {
        [typeof(TrainablePlanarStack)] = (managed, start) => new PlanarModule((TrainablePlanarStack)managed, start),
        [typeof(ActNorm)] = (managed, start) => new ActNormModule(managed.Dimension, start),
        [typeof(TrainableRadialLayer)] = (managed, start) => new RadialModule(managed.Dimension, start),
        [typeof(TrainableLinear)] = (managed, start) => new LinearModule((TrainableLinear)managed, start),
        [typeof(TrainableContinuousMap)] = (managed, start) => new ContinuousModule((TrainableContinuousMap)managed, start),
        [typeof(TrainableCoupling<AdditiveMap>)] = Conditioned<AdditiveMap>(_ => new AdditiveModule()),
        [typeof(TrainableCoupling<AffineMap>)] = Conditioned<AffineMap>(map => new AffineModule(map)),
        [typeof(TrainableCoupling<SplineMap>)] = Conditioned<SplineMap>(map => new SplineModule(map)),
        [typeof(TrainableAutoregressive<AdditiveMap>)] = Conditioned<AdditiveMap>(_ => new AdditiveModule()),
        [typeof(TrainableAutoregressive<AffineMap>)] = Conditioned<AffineMap>(map => new AffineModule(map)),
        [typeof(TrainableAutoregressive<SplineMap>)] = Conditioned<SplineMap>(map => new SplineModule(map)),
    };

    private static readonly Dictionary<Type, Func<TrainableDistribution, float[], BaseModule>> Bases = new()
    {
        [typeof(TrainableDiagonalNormal)] = (managed, start) => new LocationScaleModule((TrainableLocationScale)managed, start),
        [typeof(TrainableProductStudentT)] = (managed, start) => new LocationScaleModule((TrainableLocationScale)managed, start),
        [typeof(TrainableNormalMixture)] = (managed, start) => new NormalMixtureModule((TrainableNormalMixture)managed, start),
    };

    /// <param name="managed">The bijection.</param>
    /// <param name="start">Its flat parameters.</param>
    /// <exception cref="NotSupportedException">It has no module.</exception>
    public static BijectionModule Of(TrainableBijection managed, float[] start) =>
        Find(Bijections, managed.GetType())(managed, start);

    /// <param name="managed">The base distribution.</param>
    /// <param name="start">Its flat parameters.</param>
    /// <exception cref="NotSupportedException">It has no module.</exception>
    public static BaseModule Of(TrainableDistribution managed, float[] start) => Find(Bases, managed.GetType())(managed, start);

    private static Func<TrainableBijection, float[], BijectionModule> Conditioned<TMap>(Func<TMap, ScalarMapModule> module)
        where TMap : struct, IScalarMap => (managed, start) =>
    {
        var conditioned = (TrainableConditioned<TMap>)managed;
        return new ConditionedModule<TMap>(conditioned, start, module(conditioned.Parts.Map));
    };

    private static T Find<T>(Dictionary<Type, T> table, Type type) => table.TryGetValue(type, out T? create)
        ? create
        : throw new NotSupportedException(
            $"{type.Name} has no module. Write one and add it to {nameof(ModuleTable)}, or train with TrainingEngine.Managed.");
}
