using Microsoft.ML;
using MLNet.Flows.Quality.Detectors;

namespace MLNet.Flows.Quality;

/// <summary>What is compared, by name: our presets, rivals, and what is left of a preset when one choice is taken back.</summary>
internal static class Methods
{
    public const string Compared = "flow-unknown,flow-0,flow-0.1,knn,iforest,mcd,ecod,gaussian,pca";

    public static IReadOnlyDictionary<string, (string Label, Func<IDetector> Create)> All { get; } = Build();

    private static Dictionary<string, (string, Func<IDetector>)> Build()
    {
        var methods = new Dictionary<string, (string, Func<IDetector>)>
        {
            ["flow-unknown"] = ("PlanarFlow contamination=unknown", Flow(null)),
            ["flow-0"] = ("PlanarFlow contamination=0", Flow(0)),
            ["flow-0.1"] = ("PlanarFlow contamination=0.1", Flow(0.1)),
            ["knn"] = ("NearestNeighbours", () => new NearestNeighbours()),
            ["iforest"] = ("IsolationForest", () => new IsolationForest()),
            ["mcd"] = ("MinimumCovarianceDeterminant", () => new MinimumCovarianceDeterminant()),
            ["ecod"] = ("Ecod", () => new Ecod()),
            ["ecod-columns"] = ("Ecod by column", () => new Ecod(byColumn: true)),
            ["gaussian"] = ("FullGaussian", () => new FullGaussian()),
            ["pca"] = ("RandomizedPca", () => new RandomizedPca()),
        };
        foreach ((string preset, double? contamination) in
            (IEnumerable<(string, double?)>)[("unknown", null), ("0", 0), ("0.1", 0.1)])
        {
            methods[$"realnvp-{preset}"] = (
                $"RealNvp contamination={preset}", Deep<RealNvpEstimator.Options>(contamination, (f, o) => f.RealNvp(o)));
            methods[$"nice-{preset}"] = (
                $"Nice contamination={preset}", Deep<NiceEstimator.Options>(contamination, (f, o) => f.Nice(o)));
            methods[$"glow-{preset}"] = (
                $"Glow contamination={preset}", Deep<GlowEstimator.Options>(contamination, (f, o) => f.Glow(o)));
            methods[$"maf-{preset}"] = (
                $"MaskedAutoregressive contamination={preset}",
                Deep<MaskedAutoregressiveEstimator.Options>(contamination, (f, o) => f.MaskedAutoregressive(o)));
            methods[$"spline-{preset}"] = (
                $"NeuralSpline contamination={preset}",
                Deep<NeuralSplineEstimator.Options>(contamination, (f, o) => f.NeuralSpline(o)));
            methods[$"continuous-{preset}"] = (
                $"ContinuousFlow contamination={preset}",
                Deep<ContinuousFlowEstimator.Options>(contamination, (f, o) => f.ContinuousFlow(o)));
            Add("one-member", o => o.NumberOfMembers = 1);
            Add("two-members", o => o.NumberOfMembers = 2);
            Add("four-members", o => o.NumberOfMembers = 4);
            Add("sixteen-members", o => o.NumberOfMembers = 16);
            foreach (int steps in (int[])[100, 120, 200, 350, 500, 600, 700])
                Add($"steps-{steps}", o => o.MaximumSteps = steps);
            Add("no-layers", o => o.NumberOfLayers = 0);
            Add("no-noise", o => o.InputNoise = 0);
            Add("one-normal", o => o.BaseDistribution = BaseDistribution.StandardNormal);
            Add("student-t", o => o.BaseDistribution = BaseDistribution.StudentT());
            Add(
                "own-scales",
                o => o.BaseDistribution = BaseDistribution.NormalMixture(
                    contamination == 0 ? 200 : null, sharedScale: false, contamination == 0 ? 0 : 0.03));
            Add(
                "keep-light",
                o => o.BaseDistribution = BaseDistribution.NormalMixture(contamination == 0 ? 200 : null, minimumWeight: 0));
            Add("masks-off", o => o.MaskColumns = false);
            Add("masks-on", o => o.MaskColumns = true);
            Add("whitened", o => o.Preprocessing = Preprocessing.Whiten());
            Add("held-out-0.15", o => o.ValidationFraction = 0.15);
            Add("folds-2", o => o.CalibrationFolds = 2);
            Add("folds-3", o => o.CalibrationFolds = 3);
            Add("folds-4", o => o.CalibrationFolds = 4);
            Add("folds-8", o => o.CalibrationFolds = 8);
            Add("no-trim", o => o.TrimFraction = 0);
            foreach (double trim in (double[])[0.05, 0.1, 0.2, 0.3, 0.4])
                Add(FormattableString.Invariant($"trim-{trim}"), o => o.TrimFraction = trim);

            void Add(string name, Action<PlanarFlowEstimator.Options> change) => methods[$"flow-{preset}:{name}"] =
                ($"PlanarFlow contamination={preset} {name}", Flow(contamination, change));
        }

        return methods;
    }

    private static Func<IDetector> Flow(double? contamination, Action<PlanarFlowEstimator.Options>? change = null) =>
        () => new FlowDetector((context, rows, seed) =>
    {
        // A base taken back leaves the preset's number of members.
        var options = new PlanarFlowEstimator.Options
        {
            Contamination = contamination,
            Seed = seed,
            NumberOfMembers = contamination is null ? 8 : 1,
        };
        change?.Invoke(options);
        return context.Flows.PlanarFlow(options).Fit(rows);
    });

    // Only scores are compared here, so p-values are not calibrated: that would multiply the time.
    private static Func<IDetector> Deep<TOptions>(
        double? contamination, Func<FlowsCatalog, TOptions, IEstimator<FlowTransformer>> create)
        where TOptions : FlowOptions, new() => () => new FlowDetector((context, rows, seed) =>
    {
        var options = new TOptions { Contamination = contamination, Seed = seed, CalibrationFolds = 0 };
        return create(context.Flows, options).Fit(rows);
    });
}
