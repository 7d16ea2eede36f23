using Microsoft.ML;

namespace MLNet.Flows.Benchmarks.Density;

/// <summary>All flows at equal time as densities: held-out negative log-likelihood on densities that are known exactly and on
/// files, one thread, by their presets. docs/density.md reads the result.</summary>
internal static class DensityCommand
{
    private const string Usage =
        "density [--sets bent_normals,spiral,sine_chain,FILE.csv,...] [--flows planar_128,...] [--seconds 5,20,60] "
        + "[--rows 20000] [--seed 1] [--options NAME=VALUE,...]";

    private static readonly KnownDensity[] Known = [new BentNormals(), new Spiral(), new SineChain()];

    public static int Run(string[] args)
    {
        var arguments = new Dictionary<string, string>();
        for (int i = 0; i + 1 < args.Length; i += 2)
            arguments[args[i]] = args[i + 1];
        string[] sets = Take("--sets", "bent_normals,spiral,sine_chain"), changes = Take("--options", "");
        string[] names = Take("--flows", string.Join(',', DensityFlow.All.Select(flow => flow.Name)));
        double[] budgets = Array.ConvertAll(Take("--seconds", "5,20,60"), double.Parse);
        string[] rows = Take("--rows", "");
        int seed = int.Parse(Take("--seed", "1")[0]);
        DensityFlow[] flows = [.. DensityFlow.All.Where(flow => names.Contains(flow.Name))];
        string? fault = args.Length % 2 != 0 || arguments.Count > 0
            ? $"unknown argument '{(arguments.Count > 0 ? arguments.Keys.First() : args[^1])}'"
            : flows.Length < names.Length ? $"no such flow among '{string.Join("', '", names)}'"
            : sets.FirstOrDefault(set => !Array.Exists(Known, known => known.Name == set) && !File.Exists(set)) is string missing
                ? $"no set and no file '{missing}'"
            : null;
        if (fault is not null)
        {
            Console.Error.WriteLine($"There is {fault}. Usage: {Usage}. A file has a header, features, and Label (1 = anomaly).");
            return 2;
        }

        Console.WriteLine($"{Machine.Describe()}: one thread, equal processor time");
        Study[] studies =
        [
            .. sets.Select(set => Array.Find(Known, known => known.Name == set) is KnownDensity known
                ? DensitySet.Of(known, rows.Length > 0 ? int.Parse(rows[0]) : 20_000)
                : DensitySet.Load(set, rows.Length > 0 ? int.Parse(rows[0]) : int.MaxValue))
            .Select(set => new Study(set, flows, seed, changes)),
        ];
        foreach (double seconds in budgets)
        {
            foreach (Study study in studies)
                study.Run(seconds);
        }

        return 0;

        string[] Take(string name, string fallback) =>
            (arguments.Remove(name, out string? value) ? value : fallback)
                .Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The flows on one set.</summary>
    private sealed class Study
    {
        private readonly DensitySet _set;
        private readonly (DensityFlow Flow, TimedFit Fit)[] _fits;

        public Study(DensitySet set, DensityFlow[] flows, int seed, string[] changes)
        {
            var view = new MemoryView(set.Train, set.Dimension);
            _set = set;
            _fits = Array.ConvertAll(flows, flow =>
            {
                FlowOptions options = flow.Options(changes);
                options.Seed = seed;
                return (flow, new TimedFit(each => flow.Create(new MLContext(1).Flows, each), options, view));
            });
            Console.WriteLine(
                $"DENSITY set={set.Name} columns={set.Dimension} rows={set.Train.Length / set.Dimension} "
                + $"heldout_rows={set.Test.Length / set.Dimension}{(set.Truth is double truth ? $" truth={truth:F3}" : "")}");
        }

        public void Run(double seconds)
        {
            float[]? reference = null;
            foreach ((DensityFlow flow, TimedFit fit) in _fits)
            {
                (FlowTransformer model, int passes, double taken) = fit.Run(seconds);
                var likelihoods = new float[_set.Test.Length / _set.Dimension];
                model.LogLikelihood(_set.Test, likelihoods);
                double nats = -likelihoods.Average(each => (double)each);
                Console.WriteLine(
                    $"DENSITY set={_set.Name} rows={_set.Train.Length / _set.Dimension} flow={flow.Name} seconds={seconds} "
                    + $"cpu_s={taken:F1} passes={passes} "
                    + $"stopped={model.History.StopReason} nats={nats:F3}"
                    + (_set.Truth is double truth ? $" above_truth={nats - truth:F3}" : "")
                    + (reference is null ? "" : $" above_planar={Paired(likelihoods, reference)}"));
                if (flow == DensityFlow.Reference)
                    reference = likelihoods;
            }
        }

        // Mean of the differences in nats row by row, and its standard error.
        private static string Paired(float[] likelihoods, float[] reference)
        {
            double[] differences = [.. likelihoods.Zip(reference, (own, other) => (double)other - own)];
            double mean = differences.Average();
            double variance = differences.Sum(each => (each - mean) * (each - mean)) / (differences.Length - 1);
            return $"{mean:F3}+-{Math.Sqrt(variance / differences.Length):F3}";
        }
    }
}
