using Microsoft.ML;
using MLNet.Flows;

namespace Gallery;

/// <summary>Every flow of the catalog, as it is set for densities of the plane.</summary>
/// <remarks>All have one normal base, so that what is seen is the flow, and the same number of steps. Those with conditioners
/// have twelve maps: a coupling changes one column only. Points are many, so that no weight decay is needed.</remarks>
internal static class Family
{
    private const int Maps = 12;

    /// <summary>The flows, each with its name on two lines at most, and how it is made to be trained in so many steps.</summary>
    public static (string Name, Func<FlowsCatalog, int, IEstimator<FlowTransformer>> Create)[] All { get; } =
    [
        ("PlanarFlow", (flows, steps) => flows.PlanarFlow(In(steps, PlanarFlowEstimator.Options.ForDensityEstimation()))),
        ("RadialFlow", (flows, steps) => flows.RadialFlow(In(steps, new RadialFlowEstimator.Options
        {
            NumberOfLayers = 100,
            LearningRate = 0.02,
            BaseDistribution = BaseDistribution.StandardNormal,
        }))),
        ("Nice", (flows, steps) =>
        {
            NiceEstimator.Options options = NiceEstimator.Options.ForDensityEstimation();
            options.NumberOfCouplings = Maps;
            return flows.Nice(In(steps, options));
        }),
        ("RealNvp", (flows, steps) =>
        {
            RealNvpEstimator.Options options = RealNvpEstimator.Options.ForDensityEstimation();
            options.NumberOfCouplings = Maps;
            return flows.RealNvp(In(steps, options));
        }),
        ("Glow", (flows, steps) =>
        {
            GlowEstimator.Options options = GlowEstimator.Options.ForDensityEstimation();
            options.NumberOfSteps = Maps;
            return flows.Glow(In(steps, options));
        }),
        ("Masked\nAutoregressive", (flows, steps) =>
        {
            MaskedAutoregressiveEstimator.Options options = MaskedAutoregressiveEstimator.Options.ForDensityEstimation();
            options.NumberOfTransforms = Maps;
            return flows.MaskedAutoregressive(In(steps, options));
        }),
        ("NeuralSpline\ncouplings", (flows, steps) => flows.NeuralSpline(In(steps, Splines(autoregressive: false)))),
        ("NeuralSpline\nautoregressive", (flows, steps) => flows.NeuralSpline(In(steps, Splines(autoregressive: true)))),
        (
            "ContinuousFlow",
            (flows, steps) => flows.ContinuousFlow(In(steps, ContinuousFlowEstimator.Options.ForDensityEstimation()))),
    ];

    private static NeuralSplineEstimator.Options Splines(bool autoregressive)
    {
        NeuralSplineEstimator.Options options = NeuralSplineEstimator.Options.ForDensityEstimation();
        (options.NumberOfTransforms, options.NumberOfBins, options.Autoregressive) = (Maps, 8, autoregressive);
        return options;
    }

    // One thread each: the flows train side by side.
    private static TOptions In<TOptions>(int steps, TOptions options)
        where TOptions : FlowOptions
    {
        (options.MaximumSteps, options.MaximumEpochs, options.Patience) = (steps, null, int.MaxValue);
        (options.BatchSize, options.InputNoise, options.WeightDecay, options.CalibrationFolds) = (256, 0, 0, 0);
        (options.Seed, options.NumberOfThreads) = (1, 1);
        return options;
    }
}
