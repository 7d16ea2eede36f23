using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Tests.Persistence;

namespace MLNet.Flows.Tests.Flows;

/// <summary>What every flow owes as an estimator and a transformer: each law runs on each line of
/// <see cref="FlowTable"/>.</summary>
public sealed class FlowLawsTests
{
    private readonly MLContext _context = new(seed: 1);

    public static TheoryData<string> All => [.. FlowTable.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void GetOutputSchema_BeforeFitting_PromisesWhatIsDelivered(string name)
    {
        IDataView data = View(Draw(100));
        FlowOptions options = FlowTable.Options(name);
        (options.LatentColumnName, options.FeatureContributionsColumnName) = ("Latent", "Contributions");
        IEstimator<FlowTransformer> estimator = FlowTable.Create(_context, name, options);

        SchemaShape promised = estimator.GetOutputSchema(FlowSchemaShape.Of(data.Schema));

        FlowTransformer model = estimator.Fit(data);
        foreach (DataViewSchema schema in (DataViewSchema[])[model.GetOutputSchema(data.Schema), model.Transform(data).Schema])
        {
            SchemaShape delivered = FlowSchemaShape.Of(schema);
            Assert.Equal(delivered.Select(column => column.Name).Order(), promised.Select(column => column.Name).Order());
            foreach (SchemaShape.Column column in delivered)
            {
                SchemaShape.Column of = promised.Single(each => each.Name == column.Name);
                Assert.Equal((column.Kind, column.ItemType, column.IsKey), (of.Kind, of.ItemType, of.IsKey));
                Assert.Equal(
                    column.Annotations.Select(each => each.Name).Order(), of.Annotations.Select(each => each.Name).Order());
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Save_LoadedHereAndInASecondProcess_GivesTheSameBits(string name)
    {
        IDataView train = View(Draw(200));
        FlowTransformer model = FlowTable.Create(_context, name).Fit(train);
        float[][] rows = [.. Draw(50, seed: 2), [float.NaN, 0, 7, 0], [1e30f, 0, 7, 0]];
        string zip = Path.Combine(Directory.CreateTempSubdirectory("flow").FullName, "model.zip");
        _context.Model.Save(_context.Transforms.CopyColumns("Copy", "Features").Fit(train).Append(model), train.Schema, zip);

        FlowTransformer loaded = _context.Model.Load(zip, out _).FindFlow();
        string[] lines = SecondProcess.Score(zip, rows);

        Assert.Equal(model.GetType(), loaded.GetType());
        Assert.Equal(Outputs(model, rows), Outputs(loaded, rows));
        Assert.Equal(model.GetType().Name, lines[0]);
        IDataView scored = model.Transform(View(rows));
        Assert.Equal(
            scored.GetColumn<float>("Score").Zip(
                scored.GetColumn<bool>("PredictedLabel"), (s, p) => $"{BitConverter.SingleToInt32Bits(s)} {p}"),
            lines[1..]);
        Directory.Delete(Path.GetDirectoryName(zip)!, recursive: true);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Fit_SameSeedOnOneAndTwoThreads_IsTheSameModel(string name)
    {
        float[][] rows = Draw(900);
        FlowTransformer Fit(int threads, int seed)
        {
            FlowOptions options = FlowTable.Options(name);
            (options.NumberOfThreads, options.Seed, options.BatchSize) = (threads, seed, 600);
            return FlowTable.Create(new MLContext(9), name, options).Fit(View(rows));
        }

        string[] one = Outputs(
            Fit(threads: 1, seed: 1),
            rows), two = Outputs(Fit(threads: 2, seed: 1), rows), other = Outputs(Fit(threads: 1, seed: 2), rows);

        Assert.Equal(one, two);
        Assert.NotEqual(one, other);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Fit_MembersAndFoldsSideBySide_IsTheSameModelOnAnyNumberOfThreads(string name)
    {
        float[][] rows = Draw(200);
        string[] Fit(int threads)
        {
            FlowOptions options = FlowTable.Options(name);
            (options.NumberOfThreads, options.CalibrationFolds, options.MaximumSteps) = (threads, 3, 60);
            return Outputs(FlowTable.Create(new MLContext(9), name, options).Fit(View(rows)), rows);
        }

        string[] one = Fit(threads: 1);

        Assert.Equal(one, Fit(threads: 2));
        Assert.Equal(one, Fit(threads: 5));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Fit_CancelledBeforeAnEvaluation_ThrowsAndLaterKeepsTheBest(string name)
    {
        using CancellationTokenSource before = new(), later = new();
        FlowOptions options = FlowTable.Options(name);
        options.CancellationToken = before.Token;
        before.Cancel();
        Assert.Throws<OperationCanceledException>(() => FlowTable.Create(_context, name, options).Fit(View(Draw(100))));

        options = FlowTable.Options(name);
        (options.CancellationToken, options.MaximumSteps, options.Progress) = (later.Token, 10_000, new Call(later.Cancel));
        FlowTransformer model = FlowTable.Create(_context, name, options).Fit(View(Draw(100)));

        Assert.Equal(TrainingStopReason.Cancelled, model.History.StopReason);
        Assert.Equal(model.History.Progress[0].Step, model.History.BestStep);
        Assert.All(Scores(model, Draw(20, seed: 3)), score => Assert.True(float.IsFinite(score)));
    }

    // To the bit where only ratios matter and rows of weight 0 are left out; for the trained weights within what another order of
    // rows does, which is less than what the weights do.
    [Theory]
    [MemberData(nameof(All))]
    public void Fit_ExampleWeights_CountAsRows(string name)
    {
        float[][] rows = Draw(400), far = [.. Enumerable.Range(0, 40).Select(i => new[] { 50f + i, -50, 7, 30 })];
        FlowTransformer Fit(float[][] data, float[]? weights)
        {
            FlowOptions options = FlowTable.Options(name);
            (options.ExampleWeightColumnName, options.MaximumSteps, options.ValidationFraction) =
                (weights is null ? null : "Weight", 300, 0);
            return FlowTable.Create(_context, name, options).Fit(Rows.View(_context, data, weights));
        }

        FlowTransformer plain = Fit(rows, null), tripled = Fit(rows, [.. rows.Select(_ => 3f)]);
        FlowTransformer without = Fit([.. rows, .. far], [.. rows.Select(_ => 1f), .. far.Select(_ => 0f)]);
        Assert.Equal(Outputs(plain, rows), Outputs(tripled, rows));
        Assert.Equal(Outputs(plain, rows), Outputs(without, rows));

        FlowTransformer weighted = Fit(rows, [.. rows.Select(row => row[0] > 0 ? 2f : 1f)]);
        FlowTransformer repeated = Fit([.. rows.SelectMany(row => Enumerable.Repeat(row, row[0] > 0 ? 2 : 1))], null);
        float[][] left = [.. Draw(800, seed: 4).Where(row => row[0] < -0.5)];
        double unweighted = Median(plain, left), expected = Median(repeated, left), actual = Median(weighted, left);
        Assert.True(expected - unweighted > 0.2, $"rows repeated {expected} nats, unweighted {unweighted}");
        Assert.True(
            Math.Abs(expected - actual) < 0.5 * (expected - unweighted),
            $"rows repeated {expected} nats, weighted {actual}, unweighted {unweighted}");

        static double Median(FlowTransformer model, float[][] rows) => Scores(model, rows).Order().ElementAt(rows.Length / 2);
    }

    // E_q[p(x) / q(x)] over points x from q, a wider normal than p, is 1; and of the draws from p, as many lie in a half-space as
    // p says by the same weights.
    [Theory]
    [MemberData(nameof(All))]
    public void Sample_AgainstTheDensity_IsDrawnFromIt(string name)
    {
        FlowOptions options = FlowTable.Options(name);
        options.MaximumSteps = 300;
        FlowTransformer model = FlowTable.Create(_context, name, options)
            .Fit(View([.. Draw(1000).Select(row => new[] { row[0], row[1] })]));
        const int Count = 200_000;
        const double Spread = 3.5;
        var random = new RandomStream(5);
        var points = new float[2 * Count];
        var proposal = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            for (int d = 0; d < 2; d++)
            {
                double z = random.NextGaussian();
                points[2 * i + d] = (float)(Spread * z);
                proposal[i] -= 0.5 * z * z + Math.Log(Spread) + 0.5 * Math.Log(2 * Math.PI);
            }
        }

        var logLikelihoods = new float[Count];
        model.LogLikelihood(points, logLikelihoods);
        double[] weights = [.. logLikelihoods.Select((value, i) => Math.Exp(value - proposal[i]))];
        float[] draws = model.Sample(Count, seed: 6);

        Assert.Equal(1, weights.Average(), 0.03);
        for (double angle = 0; angle < Math.PI; angle += Math.PI / 5)
        {
            bool Beyond(float[] values, int i) => Math.Cos(angle) * values[2 * i] + Math.Sin(angle) * values[2 * i + 1] > 0.7;
            double byDensity = Enumerable.Range(0, Count).Sum(i => Beyond(points, i) ? weights[i] : 0) / Count;
            double byDraws = Enumerable.Range(0, Count).Count(i => Beyond(draws, i)) / (double)Count;
            Assert.Equal(byDensity, byDraws, 0.02);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Explain_OfAnyRow_AddsUpToTheDifferenceFromTheReference(string name)
    {
        FlowTransformer model = FlowTable.Create(_context, name).Fit(View(Draw(300)));
        foreach (float[] row in Draw(10, seed: 7).Append([6, -5, 7, 1]))
        {
            IReadOnlyList<FeatureContribution> parts = model.Explain(row, numberOfFeatures: 4);
            float[] reference = [.. parts.OrderBy(part => part.Index).Select(part => part.Reference)];
            float[] scores = Scores(model, [row, reference]);

            Assert.Equal(
                scores[0] - scores[1], parts.Sum(part => part.Contribution), 2e-2 * (1 + Math.Abs(scores[0] - scores[1])));
        }
    }

    // Scores end somewhere far out, and most of the path is beyond that.
    [Theory]
    [MemberData(nameof(All))]
    public void Explain_OfAFeatureFarBeyondAllRows_BlamesItAlone(string name)
    {
        FlowTransformer model = FlowTable.Create(_context, name).Fit(View(Draw(300)));
        foreach (float far in (float[])[1e8f, 1e16f, -1e25f, 1e34f, float.MaxValue])
        {
            IReadOnlyList<FeatureContribution> parts = model.Explain([far, 0, 7, 1], numberOfFeatures: 4);
            float[] reference = [.. parts.OrderBy(part => part.Index).Select(part => part.Reference)];
            float[] scores = Scores(model, [[far, 0, 7, 1], reference]);
            double difference = scores[0] - (double)scores[1];

            Assert.Equal(1, parts.Sum(part => (double)part.Contribution) / difference, 1e-3);
            Assert.Equal(0, parts[0].Index);
            Assert.InRange(parts[0].Contribution / difference, 0.9, 1.1);
        }
    }

    // Numbers that no option takes, and null where a value is required: all are refused together.
    [Theory]
    [MemberData(nameof(All))]
    public void Create_EveryOptionWrong_ListsThemAll(string name)
    {
        FlowOptions wrong = FlowTable.Options(name);
        var refused = new List<string>();
        var nullability = new NullabilityInfoContext();
        foreach (PropertyInfo property in wrong.GetType().GetProperties().Where(property => property.CanWrite))
        {
            Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            object? bad = type == typeof(int) ? -7 : type == typeof(double) ? (object)double.NaN : null;
            bool reference = !type.IsValueType && type != typeof(string);
            bool required = reference && nullability.Create(property).WriteState == NullabilityState.NotNull;
            if ((bad is null && !required) || property.Name == nameof(FlowOptions.Seed))
                continue;
            property.SetValue(wrong, bad);
            refused.Add(property.Name);
        }

        var fault = Assert.Throws<ArgumentException>(() => FlowTable.Create(_context, name, wrong));

        Assert.True(refused.Count >= 12);
        Assert.All(refused, property => Assert.Contains($"{property} is ", fault.Message));
        Assert.Contains($"have {refused.Count} faults", fault.Message);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Transform_RowsWithMissingOrInfiniteValues_AlarmAndLeaveOthersAlone(string name)
    {
        FlowTransformer model = FlowTable.Create(_context, name).Fit(View([.. Draw(200), [float.NaN, 0, 7, 0]]));
        float[][] rows = Draw(30, seed: 8);
        float[][] spoiled = [.. rows.Select(
            (row, i) => i % 3 == 0 ? [row[0], i % 2 == 0 ? float.NaN : float.PositiveInfinity, row[2], row[3]] : row)];

        IDataView scored = model.Transform(View(spoiled));

        string[] clean = Outputs(model, rows), actual = Outputs(model, spoiled);
        for (int i = 0; i < rows.Length; i++)
            Assert.Equal(i % 3 == 0 ? "NaN NaN NaN True" : clean[i], actual[i]);
        Assert.Equal(1, model.History.RowsSkipped);
        Assert.Equal(10, scored.GetColumn<float>("Score").Count(float.IsNaN));
    }

    // Smooth and wide: a row between the two is no less likely than both by much, and one far away is less likely than either.
    [Theory]
    [MemberData(nameof(All))]
    public void Fit_TwoRows_GivesAWideDensity(string name)
    {
        FlowTransformer model = FlowTable.Create(_context, name).Fit(View([[-0.27f, 1], [0.64f, 3]]));

        float[] scores = Scores(model, [[-0.27f, 1], [0.64f, 3], [0.18f, 2], [20, 60]]);

        Assert.InRange(scores[0], -10, 40);
        Assert.InRange(scores[1], -10, 40);
        Assert.InRange(scores[2], -10, 40);
        Assert.True(scores[3] > Math.Max(scores[0], scores[1]));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Transform_WrongLength_IsRefusedWithBothLengths(string name)
    {
        FlowTransformer model = FlowTable.Create(_context, name).Fit(View(Draw(100)));
        IDataView three = View([[1, 2, 3]]);

        string inAView = Assert.ThrowsAny<ArgumentException>(() => model.Transform(three)).Message;
        string inAnArray = Assert.Throws<ArgumentException>(() => model.LogLikelihood([1, 2, 3], new float[1])).Message;
        string explained = Assert.Throws<ArgumentException>(() => model.Explain([1, 2, 3])).Message;
        string fitted = Assert.ThrowsAny<ArgumentException>(() => FlowTable.Create(_context, name).Fit(
            _context.Transforms.DropColumns("Features").Fit(three).Transform(three))).Message;

        Assert.Matches("3 .*4|4 .*3", inAView);
        Assert.Matches("3 .*4|4 .*3", inAnArray);
        Assert.Matches("3 .*4|4 .*3", explained);
        Assert.Contains("'Features'", fitted);
    }

    // Four columns: two that hang together in two clusters, a constant, and a skewed one.
    private static float[][] Draw(int count, int seed = 1)
    {
        var random = new RandomStream(seed, 77);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double center = random.NextInt32(2) * 2 - 1, common = random.NextGaussian();
            double x = center + 0.5 * common, y = -center + 0.4 * common + 0.3 * random.NextGaussian();
            return new[] { (float)x, (float)y, 7f, (float)Math.Exp(0.5 * random.NextGaussian()) };
        })];
    }

    private static string[] Outputs(FlowTransformer model, float[][] rows)
    {
        IDataView scored = model.Transform(View(new MLContext(1), rows));
        float[] logLikelihoods = [.. scored.GetColumn<float>("LogLikelihood")], scores = [.. scored.GetColumn<float>("Score")];
        float[] pValues = [.. scored.GetColumn<float>("PValue")];
        bool[] alarms = [.. scored.GetColumn<bool>("PredictedLabel")];
        return [.. rows.Select(
            (_, i) => FormattableString.Invariant($"{logLikelihoods[i]:R} {scores[i]:R} {pValues[i]:R} {alarms[i]}"))];
    }

    private static float[] Scores(FlowTransformer model, float[][] rows) => Rows.Scores(model, View(new MLContext(1), rows));

    private IDataView View(float[][] rows) => View(_context, rows);

    private static IDataView View(MLContext context, float[][] rows) => Rows.View(context, rows);

    private sealed class Call(Action action) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => action();
    }
}
