using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;

namespace MLNet.Flows.Benchmarks.Fits;

/// <summary>What all cores make of a default fit: the second one of a process, with one thread and with all, and whether the
/// models are the same to the bit.</summary>
internal static class FitsCommand
{
    private const int Runs = 5;

    /// <summary>What the child process does: two fits, of which the second is timed.</summary>
    public const string Child = "two-fits";

    private static readonly string[] Flows = ["planar", "realnvp"];

    public static int Run(string[] files)
    {
        if (files.Length == 0)
            files = ["examples/data/shuttle.csv", "examples/data/wdbc.csv"];
        if (Array.Find(files, file => !File.Exists(file)) is string missing)
        {
            Console.Error.WriteLine(
                $"There is no file '{missing}' here. Usage: fits [FILE.csv ...]; each is a CSV of numbers with a header line, "
                + "whose column Label, if any, is left out. Without any, run it from the repository's folder.");
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

    /// <summary>Two fits in this process; prints the seconds of the second and a digest of its scores.</summary>
    public static int TwoFits(string file, string flow, int threads)
    {
        (float[] rows, int dimension) = CsvFile.Read(file, without: "Label");
        var view = new MemoryView(rows, dimension);
        Fit();
        long start = Stopwatch.GetTimestamp();
        FlowTransformer model = Fit();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var result = new float[rows.Length / dimension];
        model.LogLikelihood(rows, result);
        string digest = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(result)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds:R} {digest}"));
        return 0;

        FlowTransformer Fit()
        {
            FlowsCatalog flows = new MLContext(1).Flows;
            return flow == "planar"
                ? flows.PlanarFlow(new PlanarFlowEstimator.Options { Seed = 1, NumberOfThreads = threads }).Fit(view)
                : flows.RealNvp(new RealNvpEstimator.Options { Seed = 1, NumberOfThreads = threads }).Fit(view);
        }
    }

    private static void Compare(string file, string flow)
    {
        int all = Environment.ProcessorCount;
        List<double> one = [], many = [];
        var digests = new HashSet<string>();
        for (int run = 0; run < Runs; run++)
        {
            one.Add(Second(1));
            many.Add(Second(all));
        }

        double alone = one.Order().ElementAt(Runs / 2), together = many.Order().ElementAt(Runs / 2);
        Console.WriteLine(
            $"FITS {Path.GetFileNameWithoutExtension(file)} {flow} one_thread_s={alone:F3} threads={all} s={together:F3} "
            + $"share={together / alone:F2} same_bits={digests.Count == 1}");

        double Second(int threads)
        {
            string[] printed = ChildProcess.Run(Child, file, flow, $"{threads}").Split(' ');
            digests.Add(printed[1]);
            return double.Parse(printed[0], CultureInfo.InvariantCulture);
        }
    }
}
