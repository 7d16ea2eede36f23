using Microsoft.ML;
using Microsoft.ML.Data;
using RankingMetrics = MLNet.Flows.Evaluation.RankingMetrics;

namespace MLNet.Flows.Quality.Mixed;

/// <summary>What naming categories buys: the same flow with its categories one-hot among the features, and with them in the
/// density, over sets and seeds.</summary>
internal static class MixedStudy
{
    private static readonly (string Name, double? Contamination)[] Presets = [("default", null), ("0", 0), ("0.1", 0.1)];

    public static void Run(MixedSet[] sets, int seeds, int maximumTrain)
    {
        foreach (bool contaminated in (bool[])[false, true])
        {
            Console.WriteLine();
            string[] names =
                [.. Presets.SelectMany(preset => (string[])[$"{preset.Name}, one-hot", $"{preset.Name}, categories"])];
            Console.WriteLine(
                $"| {(contaminated ? "contaminated" : "clean")}, AUROC / AUPRC | rows | numbers | categories | "
                + $"{string.Join(" | ", names)} |");
            Console.WriteLine($"|---|---|---|---|{string.Concat(names.Select(_ => "---|"))}");
            var sums = new double[names.Length, 2];
            foreach (MixedSet set in sets)
            {
                var cells = new List<string>();
                for (int p = 0; p < names.Length; p++)
                {
                    double auroc = 0, auprc = 0;
                    for (int seed = 1; seed <= seeds; seed++)
                    {
                        (double a, double b) =
                            Score(set, contaminated, Presets[p / 2].Contamination, p % 2 == 1, seed, maximumTrain);
                        (auroc, auprc) = (auroc + 100 * a / seeds, auprc + 100 * b / seeds);
                    }

                    (sums[p, 0], sums[p, 1]) = (sums[p, 0] + auroc / sets.Length, sums[p, 1] + auprc / sets.Length);
                    cells.Add($"{auroc:F1} / {auprc:F1}");
                }

                Console.WriteLine(
                    $"| {set.Name} | {set.Rows.Length} | {set.Rows[0].Numbers.Length} | {set.Rows[0].Texts.Length} | "
                    + $"{string.Join(" | ", cells)} |");
            }

            Console.WriteLine(
                $"| **mean** | | | | {string.Join(" | ", names.Select((_, p) => $"{sums[p, 0]:F1} / {sums[p, 1]:F1}"))} |");
        }
    }

    // Clean: trained on half of the normal rows. Contaminated: on all rows, which are scored as well.
    private static (double Auroc, double Auprc) Score(
        MixedSet set, bool contaminated, double? contamination, bool categories, int seed, int maximumTrain)
    {
        MixedRow[] order = [.. set.Rows];
        new Random(seed).Shuffle(order);
        MixedRow[] normal = [.. order.Where(row => !row.Label)];
        MixedRow[] train = contaminated ? order : normal[..(normal.Length / 2)];
        MixedRow[] test = contaminated ? order : [.. normal[(normal.Length / 2)..], .. order.Where(row => row.Label)];
        train = train[..Math.Min(train.Length, maximumTrain)];
        var context = new MLContext(seed);
        string[][] values = categories
            ? []
            : [.. Enumerable.Range(0, train[0].Texts.Length).Select(j => train.Select(row => row.Texts[j]).Distinct().ToArray())];
        FlowTransformer model = context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            FeatureColumnName = values.Length + train[0].Numbers.Length == 0 ? null : nameof(Row.Features),
            CategoricalColumnNames = categories ? [nameof(Row.Categories)] : [],
            Contamination = contamination,
            CalibrationFolds = 0,
        }).Fit(View(context, train, values));
        double[] scores =
            [.. model.Transform(View(context, test, values)).GetColumn<float>("Score").Select(score => (double)score)];
        ThresholdMetrics[] thresholds = RankingMetrics.Thresholds(scores, Array.ConvertAll(test, row => row.Label));
        return (RankingMetrics.AreaUnderRocCurve(thresholds), RankingMetrics.AveragePrecision(thresholds));
    }

    // With values, one-hot behind the numbers.
    private static IDataView View(MLContext context, MixedRow[] rows, string[][] values)
    {
        Row[] made = Array.ConvertAll(rows, row => new Row
        {
            Features =
            [
                .. row.Numbers,
                .. values.SelectMany((of, j) => of.Select(value => value == row.Texts[j] ? 1f : 0)),
            ],
            Categories = row.Texts,
        });
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Categories)].ColumnType = new VectorDataViewType(TextDataViewType.Instance, rows[0].Texts.Length);
        if (made[0].Features.Length > 0)
            schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, made[0].Features.Length);
        return context.Data.LoadFromEnumerable(made, schema);
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public string[] Categories { get; set; } = [];
    }
}
