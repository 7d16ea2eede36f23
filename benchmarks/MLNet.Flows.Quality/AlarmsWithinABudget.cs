using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Quality.Detectors;

namespace MLNet.Flows.Quality;

/// <summary>Whether selected alarms keep to the false discovery rate: trained on half of the normal rows of a set, with anomalies
/// planted among the other half.</summary>
internal static class AlarmsWithinABudget
{
    private const double Target = 0.1;
    private const double DefaultRate = 0.01;
    private static readonly double[] Shares = [0.01, 0.02, 0.03];

    /// <summary>Prints, per set and method, the means over shares and seeds of the share of alarms that are false and of
    /// anomalies that are found: selected, and by the default threshold.</summary>
    public static void Run(LabeledSet[] sets, string[] methods, int seeds, int maximumTrain)
    {
        var context = new MLContext(1);
        Console.WriteLine("| set | method | false of selected | found | false of p < 0.01 | found |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (string method in methods.Where(method => Methods.Of(method).Create() is FlowDetector))
        {
            var all = new List<Outcome>();
            foreach (LabeledSet set in sets)
            {
                var here = new List<Outcome>();
                for (int seed = 1; seed <= seeds; seed++)
                {
                    Split split = Split.Draw(set, contaminated: false, seed, maximumTrain, share: null);
                    float[] p = ((FlowDetector)Methods.Of(method).Create()).PValues(split.Train, split.Test, seed);
                    here.AddRange(Shares.Select(share => Of(context, p, split.Labels, share)));
                }

                all.AddRange(here);
                Console.WriteLine($"| {set.Name} | {method} | {Mean(here)} |");
            }

            // The shares of one split have most rows in common.
            double[] splits = [.. all.Chunk(Shares.Length).Select(split => split.Average(each => each.False))];
            double mean = splits.Average(), error = Math.Sqrt(splits.Average(each => Math.Pow(each - mean, 2)) / splits.Length);
            Console.WriteLine($"| mean of {sets.Length} | {method} | {Mean(all)} |");
            Console.WriteLine(
                $"QUALITY alarms method={Methods.Of(method).Label} target={Target} false_share={mean:F3} "
                + $"standard_error={error:F3} sets={sets.Length} seeds={seeds}");
        }
    }

    private static string Mean(List<Outcome> outcomes) =>
        $"{outcomes.Average(each => each.False):F3} | {outcomes.Average(each => each.Found):F3} | "
        + $"{outcomes.Average(each => each.FalseByDefault):F3} | {outcomes.Average(each => each.FoundByDefault):F3}";

    private static Outcome Of(MLContext context, float[] pValues, bool[] labels, double share)
    {
        int normals = labels.Count(label => !label), kept = 0;
        int wanted = Math.Max((int)Math.Round(share / (1 - share) * normals), 1);
        int[] rows = [.. Enumerable.Range(0, labels.Length).Where(i => !labels[i] || kept++ < wanted)];
        IDataView scored = context.Data.LoadFromEnumerable(rows.Select(i => new Scored { PValue = pValues[i] }));
        bool[] selected =
            [.. context.Flows.SelectAlarms(scored, Target).Rows.GetColumn<bool>("PredictedLabel")];
        bool[] low = Array.ConvertAll(rows, i => pValues[i] < DefaultRate), anomalies = Array.ConvertAll(rows, i => labels[i]);
        return new Outcome(False(selected), Found(selected), False(low), Found(low));

        // No alarm is no false one.
        double False(bool[] alarms) =>
            alarms.Where((alarm, i) => alarm && !anomalies[i]).Count() / (double)Math.Max(alarms.Count(alarm => alarm), 1);

        double Found(bool[] alarms) =>
            alarms.Where((alarm, i) => alarm && anomalies[i]).Count() / (double)anomalies.Count(anomaly => anomaly);
    }

    private readonly record struct Outcome(double False, double Found, double FalseByDefault, double FoundByDefault);

    private sealed class Scored
    {
        public float PValue { get; set; }
    }
}
