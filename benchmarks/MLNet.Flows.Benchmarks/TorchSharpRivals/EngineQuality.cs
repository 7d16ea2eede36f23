using System.Diagnostics;
using Microsoft.ML;
using MLNet.Flows.Benchmarks.Density;
using MLNet.Flows.Evaluation;
using MLNet.Flows.Quality;
using MLNet.Flows.TorchSharp.Native;

namespace MLNet.Flows.Benchmarks.TorchSharpRivals;

/// <summary>Whether a RealNVP trained by the managed engine is as good as the same one trained by TorchSharp: detection on a
/// folder of labelled sets, and held-out likelihood on synthetic rows, in pairs of the same rows and seed.</summary>
internal static class EngineQuality
{
    private const string Usage = "torchsharp quality [FOLDER [SEEDS]]";
    private const int MaximumTrain = 10_000;
    private const int DensityRows = 20_000;
    private const int DensityEpochs = 20;

    /// <param name="arguments">A folder of CSVs with a header, features, and Label (1 = anomaly) last; none for likelihood alone.
    /// Then seeds, 5 by default.</param>
    public static int Run(string[] arguments)
    {
        string? folder = arguments.ElementAtOrDefault(0);
        if ((folder is not null && !Directory.Exists(folder)) || arguments.Length > 2)
        {
            Console.Error.WriteLine($"There is no folder '{folder}'. Usage: {Usage}");
            return 2;
        }

        LibTorch.Require(Device.Parse("cpu")!.Value);
        int seeds = int.Parse(arguments.ElementAtOrDefault(1) ?? "5");
        Console.WriteLine($"{Machine.Describe()}: RealNVP at its defaults, managed engine against TorchSharp, {seeds} seeds");
        Density(seeds);
        if (folder is null)
            return 0;
        LabeledSet[] sets = [.. Directory.GetFiles(folder, "*.csv").Order(StringComparer.Ordinal).Select(LabeledSet.Load)];
        Detection(sets, seeds, "clean", contamination: 0);
        Detection(sets, seeds, "contaminated", contamination: null);
        return 0;
    }

    private static void Density(int seeds)
    {
        var truth = new BentNormals();
        var pairs = new Pairs();
        for (int seed = 1; seed <= seeds; seed++)
        {
            MemoryView train = new(truth.Draw(DensityRows, 2 * seed).Rows, truth.Dimension);
            float[] test = truth.Draw(DensityRows, 2 * seed + 1).Rows;
            pairs.Add(engine =>
            {
                RealNvpEstimator.Options options = RealNvpEstimator.Options.ForDensityEstimation();
                (options.MaximumEpochs, options.Seed, options.Engine) = (DensityEpochs, seed, engine);
                var likelihoods = new float[DensityRows];
                new MLContext(1).Flows.RealNvp(options).Fit(train).LogLikelihood(test, likelihoods);
                return likelihoods.Average(l => (double)l);
            });
        }

        pairs.Print("density heldout_log_likelihood");
    }

    private static void Detection(LabeledSet[] sets, int seeds, string setting, double? contamination)
    {
        var all = new Pairs();
        foreach (LabeledSet set in sets)
        {
            var own = new Pairs();
            for (int seed = 1; seed <= seeds; seed++)
            {
                Split split = Split.Draw(set, setting == "contaminated", seed, MaximumTrain, share: null);
                MemoryView train = new([.. split.Train.SelectMany(row => row)], set.Dimension);
                float[] test = [.. split.Test.SelectMany(row => row)];
                own.Add(engine =>
                {
                    var options = new RealNvpEstimator.Options
                    {
                        Contamination = contamination,
                        Seed = seed,
                        CalibrationFolds = 0,
                        Engine = engine,
                    };
                    var likelihoods = new float[split.Test.Length];
                    new MLContext(seed).Flows.RealNvp(options).Fit(train).LogLikelihood(test, likelihoods);
                    double[] scores = Array.ConvertAll(likelihoods, l => -(double)l);
                    return 100 * RankingMetrics.AreaUnderRocCurve(RankingMetrics.Thresholds(scores, split.Labels));
                });
            }

            own.Print($"{setting} {set.Name} auroc");
            all.Add(own);
        }

        all.Print($"{setting} all auroc");
    }

    /// <summary>A figure of each engine, higher being better, on the same rows with the same seed.</summary>
    private sealed class Pairs
    {
        private readonly List<double> _managed = [];
        private readonly List<double> _torch = [];
        private double _managedSeconds;
        private double _torchSeconds;

        public void Add(Func<TrainingEngine, double> figure)
        {
            long start = Stopwatch.GetTimestamp();
            _managed.Add(figure(TrainingEngine.Managed));
            _managedSeconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            _torch.Add(figure(new TorchSharpEngine()));
            _torchSeconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        public void Add(Pairs others)
        {
            _managed.AddRange(others._managed);
            _torch.AddRange(others._torch);
            (_managedSeconds, _torchSeconds) =
                (_managedSeconds + others._managedSeconds, _torchSeconds + others._torchSeconds);
        }

        // The difference with two standard errors of its mean.
        public void Print(string what)
        {
            double[] differences = [.. _managed.Zip(_torch, (a, b) => a - b)];
            double mean = differences.Average();
            double variance =
                differences.Sum(each => (each - mean) * (each - mean)) / Math.Max(differences.Length - 1, 1);
            double twoErrors = 2 * Math.Sqrt(variance / differences.Length);
            Console.WriteLine(
                $"TORCHSHARP quality {what} managed={_managed.Average():F3} torchsharp={_torch.Average():F3} "
                + $"difference={mean:F3} two_standard_errors={twoErrors:F3} pairs={differences.Length} "
                + $"managed_s={_managedSeconds:F1} torchsharp_s={_torchSeconds:F1}");
        }
    }
}
