using System.Diagnostics;
using MLNet.Flows.Evaluation;

namespace MLNet.Flows.Quality;

/// <summary>Runs methods over sets and seeds and prints what came out, in percent.</summary>
internal static class Study
{
    public static Result[] Run(LabeledSet[] sets, string setting, string[] methods, int seeds, int maximumTrain, double? share)
    {
        var results = new List<Result>();
        foreach (LabeledSet set in sets)
        {
            Console.Error.WriteLine(
                $"{setting}: {set.Name}, {set.Rows.Length} rows of {set.Dimension}, {set.Labels.Count(label => label)} "
                + "anomalies");
            for (int seed = 1; seed <= seeds; seed++)
            {
                Split split = Split.Draw(set, setting == "contaminated", seed, maximumTrain, share);
                foreach (string method in methods)
                {
                    long start = Stopwatch.GetTimestamp();
                    double[] scores = Methods.Of(method).Create().Score(split.Train, split.Test, seed);
                    double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                    ThresholdMetrics[] thresholds = RankingMetrics.Thresholds(scores, split.Labels);
                    results.Add(new Result(
                        setting, set.Name, method, seed, 100 * RankingMetrics.AreaUnderRocCurve(thresholds),
                        100 * RankingMetrics.AveragePrecision(thresholds), seconds));
                }
            }
        }

        return [.. results];
    }

    public static void PrintTable(LabeledSet[] sets, string setting, string[] methods, Result[] results)
    {
        Console.WriteLine();
        Console.WriteLine($"| {setting}, AUROC / AUPRC | {string.Join(" | ", methods)} |");
        Console.WriteLine($"|---|{string.Concat(methods.Select(_ => "---|"))}");
        foreach (LabeledSet set in sets)
        {
            Console.WriteLine($"| {set.Name} | {string.Join(" | ", methods.Select(method =>
                Cell(results.Where(r => r.Set == set.Name && r.Method == method))))} |");
        }

        Console.WriteLine(
            $"| **mean** | {string.Join(" | ", methods.Select(method => Cell(results.Where(r => r.Method == method))))} |");
        Console.WriteLine();
    }

    public static void PrintSummary(LabeledSet[] sets, string setting, string[] methods, Result[] results, int seeds)
    {
        foreach (string method in methods)
        {
            Result[] mine = [.. results.Where(r => r.Method == method)];

            // Rank 1 is the best mean AUROC on a set; ties share.
            double rank = sets.Average(set =>
            {
                double own = Mean(method, set);
                return 1 + methods.Count(other => Mean(other, set) > own)
                    + 0.5 * methods.Count(other => other != method && Mean(other, set) == own);
            });
            string label = Methods.Of(method).Label;
            Console.WriteLine(
                $"QUALITY {setting} method={label} auroc={mine.Average(r => r.Auroc):F2} "
                + $"auprc={mine.Average(r => r.Auprc):F2} mean_rank={rank:F2} "
                + $"sets={sets.Length} seeds={seeds} seconds={mine.Sum(r => r.Seconds):F1}");
        }

        double Mean(string method, LabeledSet set) => results.Where(r => r.Method == method && r.Set == set.Name)
            .Average(r => r.Auroc);
    }

    /// <summary>Prints how far the first method is ahead of each other one, in pairs of the same set, with one standard error
    /// over the sets.</summary>
    public static void PrintPairs(LabeledSet[] sets, string setting, string[] methods, Result[] results)
    {
        foreach (string other in methods[1..])
        {
            Console.WriteLine(
                $"PAIRS {setting} {methods[0]} less {other}: auroc={Ahead(r => r.Auroc)} auprc={Ahead(r => r.Auprc)} "
                + $"sets={sets.Length}");

            string Ahead(Func<Result, double> figure)
            {
                double[] ahead = [.. sets.Select(set => Mean(methods[0], set) - Mean(other, set))];
                double mean = ahead.Average();
                double error = Math.Sqrt(ahead.Sum(each => (each - mean) * (each - mean)) / (ahead.Length - 1) / ahead.Length);
                return $"{mean:+0.00;-0.00}+-{error:F2}";

                double Mean(string method, LabeledSet set) =>
                    results.Where(r => r.Method == method && r.Set == set.Name).Average(figure);
            }
        }
    }

    private static string Cell(IEnumerable<Result> results) =>
        $"{results.Average(r => r.Auroc):F1} / {results.Average(r => r.Auprc):F1}";
}
