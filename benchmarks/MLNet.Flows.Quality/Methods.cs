using Microsoft.ML;
using MLNet.Flows.Quality.Detectors;

namespace MLNet.Flows.Quality;

/// <summary>What is compared, by name: our presets, rivals, and what is left of a preset when one choice is taken back.</summary>
internal static class Methods
{
    public const string Compared = "flow-unknown,flow-0,flow-0.1,knn,iforest,mcd,ecod,gaussian,pca";

    // The methods that are one flow each, to be put together, by seed; made with All.
    private static readonly Dictionary<string, Func<FlowsCatalog, int, FlowEstimator>> Flows = [];

    public static IReadOnlyDictionary<string, (string Label, Func<IDetector> Create)> All { get; } = Build();

    /// <summary>Whether the name is a method's, or a consensus's: names of flows joined by +, as flow-0+nice-0.</summary>
    public static bool Exists(string name) =>
        All.ContainsKey(name) || (name.Contains('+') && Array.TrueForAll(name.Split('+'), Flows.ContainsKey));

    /// <summary>The method of a name that exists.</summary>
    public static (string Label, Func<IDetector> Create) Of(string name) => All.TryGetValue(name, out var method)
        ? method
        : ($"Consensus of {name.Replace("+", " and ", StringComparison.Ordinal)}", Consensus(name.Split('+')));

    private static Dictionary<string, (string, Func<IDetector>)> Build()
    {
        var methods = new Dictionary<string, (string, Func<IDetector>)>
        {
            ["knn"] = ("NearestNeighbours", () => new NearestNeighbours()),
            ["iforest"] = ("IsolationForest", () => new IsolationForest()),
            ["mcd"] = ("MinimumCovarianceDeterminant", () => new MinimumCovarianceDeterminant()),
            ["ecod"] = ("Ecod", () => new Ecod()),
            ["ecod-columns"] = ("Ecod by column", () => new Ecod(byColumn: true)),
            ["detector-unknown"] = ("AnomalyDetector contamination=unknown", Detector(null)),
            ["detector-0"] = ("AnomalyDetector contamination=0", Detector(0)),
            ["detector-0.1"] = ("AnomalyDetector contamination=0.1", Detector(0.1)),
            ["gaussian"] = ("FullGaussian", () => new FullGaussian()),
            ["pca"] = ("RandomizedPca", () => new RandomizedPca()),
        };
        foreach ((string preset, double? contamination) in
            (IEnumerable<(string, double?)>)[("unknown", null), ("0", 0), ("0.1", 0.1)])
        {
            AddPlanar($"flow-{preset}", $"PlanarFlow contamination={preset}", contamination, _ => { });
            AddFlow(
                $"realnvp-{preset}",
                $"RealNvp contamination={preset}",
                Deep<RealNvpEstimator.Options>(contamination, (f, o) => f.RealNvp(o)));
            AddFlow(
                $"nice-{preset}",
                $"Nice contamination={preset}",
                Deep<NiceEstimator.Options>(contamination, (f, o) => f.Nice(o)));
            AddFlow(
                $"glow-{preset}",
                $"Glow contamination={preset}",
                Deep<GlowEstimator.Options>(contamination, (f, o) => f.Glow(o)));
            AddFlow(
                $"maf-{preset}",
                $"MaskedAutoregressive contamination={preset}",
                Deep<MaskedAutoregressiveEstimator.Options>(contamination, (f, o) => f.MaskedAutoregressive(o)));
            AddFlow(
                $"spline-{preset}",
                $"NeuralSpline contamination={preset}",
                Deep<NeuralSplineEstimator.Options>(contamination, (f, o) => f.NeuralSpline(o)));
            AddFlow(
                $"continuous-{preset}",
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

            void Add(string name, Action<PlanarFlowEstimator.Options> change) => AddPlanar(
                $"flow-{preset}:{name}", $"PlanarFlow contamination={preset} {name}", contamination, change);
        }

        // What else a detector may be put together from.
        foreach (int members in (int[])[2, 4])
        {
            AddRealNvp($"realnvp-unknown:{members}-members", options => options.NumberOfMembers = members);
            AddRealNvp(
                $"realnvp-0:{members}-members",
                options => (options.Contamination, options.NumberOfMembers) = (0, members));
        }

        foreach (int components in (int[])[100, 200])
        {
            AddRealNvp($"fine-{components}", options =>
            {
                (options.Contamination, options.InputNoise, options.MaximumSteps) = (0, 0.3, 300);
                options.BaseDistribution = BaseDistribution.FineMixture(components);
            });
        }

        return methods;

        void AddRealNvp(string name, Action<RealNvpEstimator.Options> change) => AddFlow(
            name,
            $"RealNvp {name}",
            (flows, seed) =>
            {
                var options = new RealNvpEstimator.Options { Seed = seed, CalibrationFolds = 0 };
                change(options);
                return flows.RealNvp(options);
            });

        void AddFlow(string name, string label, Func<FlowsCatalog, int, FlowEstimator> create)
        {
            Flows[name] = create;
            methods[name] = (label, Single(create));
        }

        // In a consensus only scores count, and calibrating p-values would multiply the time.
        void AddPlanar(string name, string label, double? contamination, Action<PlanarFlowEstimator.Options> change)
        {
            AddFlow(name, label, Planar(contamination, options =>
            {
                options.CalibrationFolds = 0;
                change(options);
            }));
            methods[name] = (label, Single(Planar(contamination, change)));
        }
    }

    private static Func<IDetector> Single(Func<FlowsCatalog, int, FlowEstimator> create) => () => new FlowDetector(
        (context, rows, seed) => ((IEstimator<FlowTransformer>)create(context.Flows, seed)).Fit(rows));

    private static Func<IDetector> Detector(double? contamination) => () => new FlowDetector(
        (context, rows, seed) => context.Flows.AnomalyDetector(
            new AnomalyDetectorEstimator.Options { Contamination = contamination, Seed = seed })
        .Fit(rows));

    // Flows of one kind get seeds of their own.
    private static Func<IDetector> Consensus(string[] names) => () => new FlowDetector(
        (context, rows, seed) => context.Flows.Consensus(
            new ConsensusEstimator.Options { FalseAlarmRate = 0.01 },
            [.. names.Select((name, i) => Flows[name](context.Flows, seed + 1000 * i))])
        .Fit(rows));

    private static Func<FlowsCatalog, int, FlowEstimator> Planar(
        double? contamination, Action<PlanarFlowEstimator.Options> change) => (flows, seed) =>
    {
        // A base taken back leaves the preset's number of members.
        var options = new PlanarFlowEstimator.Options
        {
            Contamination = contamination,
            Seed = seed,
            NumberOfMembers = contamination is null ? 8 : 1,
        };
        change(options);
        return flows.PlanarFlow(options);
    };

    private static Func<FlowsCatalog, int, FlowEstimator> Deep<TOptions>(
        double? contamination, Func<FlowsCatalog, TOptions, FlowEstimator> create)
        where TOptions : FlowOptions, new() => (flows, seed) =>
            create(flows, new TOptions { Contamination = contamination, Seed = seed });
}
