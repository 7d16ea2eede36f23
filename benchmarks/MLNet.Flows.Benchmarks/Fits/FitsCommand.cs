using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Benchmarks.Fits;

/// <summary>What all cores make of a default fit: the second one of a process, with one thread and with all, and whether the
/// models are the same to the bit; and how many rows a second the model scores on one thread.</summary>
internal static class FitsCommand
{
    private const int Runs = 5;

    /// <summary>What the child process does: two fits, of which the second is timed.</summary>
    public const string Child = "two-fits";

    // Long enough for the compiler to have replaced its first versions of what scores.
    private const double SecondsOfScoring = 2;

    private static readonly string[] Flows = ["planar", "realnvp", "detector"];

    public static int Run(string[] files)
    {
        if (files.Length == 0)
            files = ["examples/data/shuttle.csv", "examples/data/wdbc.csv"];
        if (Array.Find(files, file => !File.Exists(file) && Drawn(file) is null) is string missing)
        {
            Console.Error.WriteLine(
                $"There is no file '{missing}' here. Usage: fits [FILE.csv ...]; each is a CSV of numbers with a header line, "
                + "whose column Label, if any, is left out; or a size, as "
                + "10000x20, of rows drawn from six normals. Without any, run it from the repository's folder.");
            return 2;
        }

        Console.WriteLine(
            $"{Machine.Describe()}: second default fit of a process, medians of {Runs} processes each, interleaved");
        foreach (string file in files)
        {
            foreach (string flow in Flows)
                Compare(file, flow);
        }

        return 0;
    }

    /// <summary>Two fits in this process; prints the seconds of the second, a digest of its scores, and rows/s of scoring, the
    /// median of the second half of two seconds.</summary>
    public static int TwoFits(string file, string flow, int threads)
    {
        (float[] rows, int dimension) = Drawn(file) ?? CsvFile.Read(file, without: "Label");
        var view = new MemoryView(rows, dimension);
        Fit();
        long start = Stopwatch.GetTimestamp();
        FlowTransformer model = Fit();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var result = new float[rows.Length / dimension];
        var scorings = new List<double>();
        while (scorings.Sum() < SecondsOfScoring)
        {
            start = Stopwatch.GetTimestamp();
            model.LogLikelihood(rows, result);
            scorings.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        double scoring = scorings.Skip(scorings.Count / 2).Order().ElementAt(scorings.Count / 4);

        string digest = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(result)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds:R} {digest} {result.Length / scoring:R}"));
        return 0;

        FlowTransformer Fit()
        {
            FlowsCatalog flows = new MLContext(1).Flows;
            return flow switch
            {
                "planar" => flows.PlanarFlow(new PlanarFlowEstimator.Options { Seed = 1, NumberOfThreads = threads }).Fit(view),
                "realnvp" => flows.RealNvp(new RealNvpEstimator.Options { Seed = 1, NumberOfThreads = threads }).Fit(view),
                _ => flows.AnomalyDetector(
                    new AnomalyDetectorEstimator.Options { Seed = 1, NumberOfThreads = threads }).Fit(view),
            };
        }
    }

    // Rows around six centers, for a size such as 10000x20; null for any other text.
    private static (float[] Rows, int Dimension)? Drawn(string size)
    {
        const int Clusters = 6;
        if (size.Split('x') is not [string first, string second]
            || !int.TryParse(first, out int count) || !int.TryParse(second, out int dimension)
            || count < 1 || dimension < 1 || (long)count * dimension > int.MaxValue)
        {
            return null;
        }

        var random = new RandomStream(1);
        float[] centers = [.. Enumerable.Range(0, Clusters * dimension).Select(_ => (float)(3 * random.NextGaussian()))];
        var rows = new float[count * dimension];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = centers[(i / dimension % Clusters * dimension) + (i % dimension)] + (float)random.NextGaussian();
        return (rows, dimension);
    }

    private static void Compare(string file, string flow)
    {
        int all = Environment.ProcessorCount;
        List<double> one = [], many = [], rates = [];
        var digests = new HashSet<string>();
        for (int run = 0; run < Runs; run++)
        {
            one.Add(Second(1));
            many.Add(Second(all));
        }

        double rate = rates.Order().ElementAt(Runs);
        double alone = one.Order().ElementAt(Runs / 2), together = many.Order().ElementAt(Runs / 2);
        Console.WriteLine(
            $"FITS {Path.GetFileNameWithoutExtension(file)} {flow} one_thread_s={alone:F3} threads={all} s={together:F3} "
            + $"share={together / alone:F2} same_bits={digests.Count == 1} score_rows_per_s={rate:F0}");

        double Second(int threads)
        {
            string[] printed = ChildProcess.Run(Child, file, flow, $"{threads}").Split(' ');
            digests.Add(printed[1]);
            rates.Add(double.Parse(printed[2], CultureInfo.InvariantCulture));
            return double.Parse(printed[0], CultureInfo.InvariantCulture);
        }
    }
}
