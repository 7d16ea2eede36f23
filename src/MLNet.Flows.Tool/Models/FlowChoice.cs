using Microsoft.ML;

namespace MLNet.Flows.Tool.Models;

/// <summary>The flows that can be trained, by the name given to --flow.</summary>
internal static class FlowChoice
{
    public const string Default = "detector";

    public static readonly string[] Names =
        [Default, "planar", "realnvp", "nice", "glow", "maf", "spline", "radial", "continuous"];

    public static IEstimator<ITransformer> Create(MLContext mlContext, string name, FlowSettings settings) => name switch
    {
        Default => mlContext.Flows.AnomalyDetector(new AnomalyDetectorEstimator.Options
        {
            FeatureColumnName = settings.FeatureColumnName,
            CategoricalColumnNames = settings.CategoricalColumnNames,
            ContextColumnName = settings.ContextColumnName,
            Contamination = settings.Contamination,
            FalseAlarmRate = settings.FalseAlarmRate,
            Seed = settings.Seed,
            MaximumTrainingRows = settings.MaximumTrainingRows,
            NumberOfThreads = settings.NumberOfThreads,
            Progress = settings.Progress,
            CancellationToken = settings.Cancellation,
        }),
        "planar" => mlContext.Flows.PlanarFlow(settings.On(new PlanarFlowEstimator.Options())),
        "realnvp" => mlContext.Flows.RealNvp(settings.On(new RealNvpEstimator.Options())),
        "nice" => mlContext.Flows.Nice(settings.On(new NiceEstimator.Options())),
        "glow" => mlContext.Flows.Glow(settings.On(new GlowEstimator.Options())),
        "maf" => mlContext.Flows.MaskedAutoregressive(settings.On(new MaskedAutoregressiveEstimator.Options())),
        "spline" => mlContext.Flows.NeuralSpline(settings.On(new NeuralSplineEstimator.Options())),
        "radial" => mlContext.Flows.RadialFlow(settings.On(new RadialFlowEstimator.Options())),
        "continuous" => mlContext.Flows.ContinuousFlow(settings.On(new ContinuousFlowEstimator.Options())),
        _ => throw new InputException($"There is no flow '{name}'. Choose one of {string.Join(", ", Names)}."),
    };
}
