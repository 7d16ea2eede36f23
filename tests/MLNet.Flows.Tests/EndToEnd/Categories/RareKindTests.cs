using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.EndToEnd.Categories;

/// <summary>Machines of three kinds, of which one is rare: its rows are ordinary, and readings of one kind under another's name
/// are not.</summary>
public sealed class RareKindTests
{
    private readonly MLContext _context = new(seed: 7);

    [Theory]
    [InlineData(0.03, 1)]
    [InlineData(0.03, 2)]
    [InlineData(0.02, 3)]
    public void PlanarFlow_ByDefault_TakesARareKindForOrdinary_AndTellsWhatCannotBe(double rare, int seed) =>
        Check(_context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { CategoricalColumnNames = ["Kind"] }), rare, seed);

    [Theory]
    [InlineData(0.03, 1)]
    [InlineData(0.02, 2)]
    public void AnomalyDetector_ByDefault_TakesARareKindForOrdinary_AndTellsWhatCannotBe(double rare, int seed) =>
        Check(_context.Flows.AnomalyDetector(new AnomalyDetectorEstimator.Options
        {
            CategoricalColumnNames = ["Kind"],
        }), rare, seed);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void PlanarFlow_ByDefault_FindsATightClusterOfACombinationThatCannotBe_AmongItsTrainingRows(int seed)
    {
        // Presses where robots are: one row in fifty, close together.
        var random = new Random(seed);
        (Reading Row, bool Strange)[] rows = [.. Enumerable.Range(0, 3000).Select(_ =>
        {
            double u = random.NextDouble();
            (string kind, double speed, double spread) =
                u < 0.02 ? ("press", 6, 0.1) : u < 0.12 ? ("robot", 6, 1) : ("press", 0, 1.0);
            float[] features = [(float)(speed + spread * Normal(random)), (float)(spread * Normal(random))];
            return (new Reading { Kind = kind, Features = features }, u < 0.02);
        })];
        ITransformer model = _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { CategoricalColumnNames = ["Kind"] })
            .Fit(View([.. rows.Select(each => each.Row)]));

        Scored[] strange = Score(model, [.. rows.Where(each => each.Strange).Select(each => each.Row)]);
        Scored[] normal = Score(model, [.. rows.Where(each => !each.Strange).Select(each => each.Row)]);
        double ranked = Share(normal, row => row.Score < strange.Min(each => each.Score));
        Assert.InRange(ranked, 0.98, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void PlanarFlow_ByDefault_FindsValuesThatDoNotGoTogether_WhereAllColumnsAreCategories(int seed)
    {
        // Two kinds of rows, and one in fifty that takes every other value from each.
        var random = new Random(seed);
        (Codes Row, bool Strange)[] rows = [.. Enumerable.Range(0, 2000).Select(_ =>
        {
            double u = random.NextDouble();
            string[] usual = [.. Enumerable.Range(0, 8).Select(j => u < 0.02 ? "ab"[j % 2].ToString() : u < 0.5 ? "a" : "b")];
            string[] values = Array.ConvertAll(usual, value => random.NextDouble() < 0.1 ? "c" : value);
            return (new Codes { Values = values }, u < 0.02);
        })];
        IDataView view = _context.Data.LoadFromEnumerable(rows.Select(each => each.Row));
        ITransformer model = _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            FeatureColumnName = null,
            CategoricalColumnNames = ["Values"],
        }).Fit(view);

        float[] scores = [.. model.Transform(view).GetColumn<float>("Score")];
        float[] normal = [.. scores.Where((_, i) => !rows[i].Strange)], strange = [.. scores.Where((_, i) => rows[i].Strange)];
        double ranked = normal.Average(usual => strange.Average(score => score > usual ? 1.0 : 0));
        Console.WriteLine($"all categories: AUROC {ranked:F4}");
        Assert.InRange(ranked, 0.98, 1);
    }

    private void Check(IEstimator<ITransformer> estimator, double rare, int seed)
    {
        ITransformer model = estimator.Fit(View(Draw(4000, rare, seed)));
        Reading[] robots = [.. Draw(20_000, rare, seed + 100).Where(row => row.Kind == "robot")];
        Reading[] mistaken = Mistaken(rare, seed + 200);

        // Where the truth alarms at one row in a hundred.
        double threshold = Draw(100_000, rare, seed + 300).Select(row => LogDensity(row, rare)).Order().ElementAt(1000);
        double Truth(Reading[] rows) => Share(rows, row => LogDensity(row, rare) < threshold);
        double Alarms(Reading[] rows) => Share(Score(model, rows), row => row.PredictedLabel);
        (double ofRobots, double ofMistaken) = (Alarms(robots), Alarms(mistaken));
        Console.WriteLine(
            $"{rare:P0} robots: {ofRobots:P1} of them alarm, by the truth {Truth(robots):P1}; of readings under another's name "
            + $"{ofMistaken:P1}, by the truth {Truth(mistaken):P1}");
        Assert.InRange(ofMistaken, Truth(mistaken) - 0.1, 1);
        Assert.InRange(ofRobots, 0, Truth(robots) + 0.2);
    }

    private static double Share<T>(T[] rows, Func<T, bool> which) => rows.Average(row => which(row) ? 1.0 : 0);

    private Scored[] Score(ITransformer model, Reading[] rows) =>
        [.. _context.Data.CreateEnumerable<Scored>(model.Transform(View(rows)), reuseRowObject: false)];

    private IDataView View(Reading[] rows) => _context.Data.LoadFromEnumerable(rows);

    // Readings of a kind under the name of another.
    private static Reading[] Mistaken(double rare, int seed)
    {
        Reading[] rows = Draw(4000, rare, seed);
        string[] names = ["press", "lathe", "robot"];
        return [.. names.SelectMany((kind, k) => rows.Where(row => row.Kind == kind).Take(40)
            .Select((row, i) => new Reading { Features = row.Features, Kind = names[(k + 1 + i % 2) % 3] }))];
    }

    private static Reading[] Draw(int count, double rare, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double u = random.NextDouble();
            (string kind, double speed, double heat) =
                u < rare ? ("robot", 4, 0.0) : u < 0.4 ? ("lathe", 0, 4) : ("press", 0, 0);
            return new Reading { Kind = kind, Features = [(float)(speed + Normal(random)), (float)(heat + Normal(random))] };
        })];
    }

    private static double LogDensity(Reading row, double rare)
    {
        (double weight, double speed, double heat) =
            row.Kind == "robot" ? (rare, 4, 0.0) : row.Kind == "lathe" ? (0.4 - rare, 0, 4) : (0.6, 0, 0);
        double x = row.Features[0] - speed, y = row.Features[1] - heat;
        return Math.Log(weight) - (x * x + y * y) / 2;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private sealed class Reading
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public string Kind { get; set; } = "";
    }

    private sealed class Codes
    {
        [VectorType(8)]
        public string[] Values { get; set; } = [];
    }

    private sealed class Scored
    {
        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }
}
