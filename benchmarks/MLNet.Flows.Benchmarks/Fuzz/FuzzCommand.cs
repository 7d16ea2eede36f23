using System.Diagnostics;
using Microsoft.ML;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;
using MLNet.Flows.Tests.Persistence;

namespace MLNet.Flows.Benchmarks.Fuzz;

/// <summary>Damaged model files, half of them with a right checksum: each must be refused with a FormatException, or give a model
/// that scores.</summary>
internal static class FuzzCommand
{
    private const int Columns = 5;

    /// <param name="arguments">How many files; a million where nothing is given.</param>
    public static int Run(string[] arguments)
    {
        int count = arguments.Length > 0 ? int.Parse(arguments[0]) : 1_000_000;
        byte[][] models = [.. Models()];
        var random = new RandomStream(1);
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var row = new float[Columns];
        long most = 0, start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            byte[] original = models[i % models.Length], content = Mutation.Of(original, random);
            bool mended = i / models.Length % 2 == 0 && content.Length > Mutation.HeaderLength;
            if (mended)
                Mutation.MendChecksum(original, content);
            long before = GC.GetAllocatedBytesForCurrentThread();
            string outcome = Outcome(content, row);
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before - 64L * content.Length);
            string key = $"{(mended ? "right checksum" : "as damaged")}: {outcome}";
            outcomes[key] = outcomes.GetValueOrDefault(key) + 1;
        }

        foreach ((string outcome, int times) in outcomes)
            Console.WriteLine($"FUZZ {outcome}: {times}");
        Console.WriteLine(
            $"FUZZ files={count} seconds={Stopwatch.GetElapsedTime(start).TotalSeconds:F0} most_bytes_beyond_64_per_byte={most}");
        return outcomes.Keys.Any(outcome => outcome.Contains("fault")) ? 1 : 0;
    }

    private static string Outcome(byte[] content, float[] row)
    {
        try
        {
            FlowModel model = FlowModelFormat.Read(content);
            if (model.Density.FeatureCount != row.Length)
                return "read";
            float logLikelihood = model.Density.CreateScorer().ScoreRow(row, context: []).LogLikelihood;
            return float.IsFinite(logLikelihood) ? "read, scores" : "read, fault: no finite score";
        }
        catch (FormatException)
        {
            return "FormatException";
        }
        catch (Exception error)
        {
            return $"fault: {error.GetType().Name}";
        }
    }

    // Of every part that a planar flow can have, small.
    private static IEnumerable<byte[]> Models()
    {
        var context = new MLContext(1);
        var random = new RandomStream(2);
        var data = new float[200 * Columns];
        for (int i = 0; i < data.Length; i++)
            data[i] =
                (i % Columns) switch
                {
                    0 => 7,
                    1 => i % 400 == 1 ? -999 : (float)random.NextGaussian(),
                    _ => (float)random.NextGaussian()
                };
        foreach (BaseDistribution choice in
            (BaseDistribution[])[BaseDistribution.NormalMixture(3), BaseDistribution.StudentT(), BaseDistribution.StandardNormal])
        {
            foreach (int members in (int[])[1, 3])
            {
                var options = new PlanarFlowEstimator.Options
                {
                    BaseDistribution = choice,
                    NumberOfMembers = members,
                    NumberOfLayers = 3,
                    MaximumSteps = 20,
                    CalibrationFolds = 0,
                    Preprocessing = members == 1 ? Preprocessing.Whiten() : Preprocessing.Standardize,
                    Seed = 1,
                };
                yield return FlowModelFormat.Write(context.Flows.PlanarFlow(options).Fit(new MemoryView(data, Columns)).Model);
            }
        }
    }
}
