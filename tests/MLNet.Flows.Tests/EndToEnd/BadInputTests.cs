using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.EndToEnd;

/// <summary>What a new user gets wrong, tried through the public surface.</summary>
public sealed class BadInputTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void Fit_MissingColumn_NamesWhatIsThere()
    {
        var error = Assert.ThrowsAny<ArgumentException>(
            () => _context.Flows.PlanarFlow("Feature").Fit(Rows.View(_context, Rows.Normal(50, 2))));

        Assert.Contains("'Feature'", error.Message);
        Assert.Contains("'Features'", error.Message);
    }

    [Theory]
    [InlineData(nameof(Types.Scalar))]
    [InlineData(nameof(Types.Doubles))]
    [InlineData(nameof(Types.Variable))]
    public void Fit_WrongFeatureType_SaysWhatToDo(string column)
    {
        IDataView data = _context.Data.LoadFromEnumerable<Types>([new(), new()]);

        var fit = Assert.ThrowsAny<ArgumentException>(() => _context.Flows.PlanarFlow(column).Fit(data));
        var schema = Assert.ThrowsAny<ArgumentException>(
            () => _context.Flows.PlanarFlow(column).GetOutputSchema(MLNet.Flows.Interop.FlowSchemaShape.Of(data.Schema)));

        Assert.Contains($"'{column}'", fit.Message);
        Assert.Contains("Concatenate", fit.Message);
        Assert.Contains("Concatenate", schema.Message);
    }

    [Fact]
    public void Fit_ArrayWithoutASize_IsToldOfVectorTypeAndSchemaDefinition()
    {
        IDataView data = _context.Data.LoadFromEnumerable<Types>([new(), new()]);

        var fit = Assert.ThrowsAny<ArgumentException>(() => _context.Flows.PlanarFlow(nameof(Types.Variable)).Fit(data));
        var schema = Assert.ThrowsAny<ArgumentException>(() =>
            _context.Flows.PlanarFlow(nameof(Types.Variable))
                .GetOutputSchema(MLNet.Flows.Interop.FlowSchemaShape.Of(data.Schema)));

        Assert.Contains("put [VectorType(3)] on the property, or give a SchemaDefinition", fit.Message);
        Assert.Contains("put [VectorType(3)] on the property, or give a SchemaDefinition", schema.Message);
    }

    [Fact]
    public void Transform_FeatureCountDiffersFromTraining_SaysBothCounts()
    {
        PlanarFlowTransformer model = Train(Rows.Normal(60, 5));
        IDataView other = Rows.View(_context, Rows.Normal(5, 3));

        var transform = Assert.ThrowsAny<ArgumentException>(() => model.Transform(other));
        var schema = Assert.ThrowsAny<ArgumentException>(() => model.GetOutputSchema(other.Schema));

        Assert.Contains(
            "Column 'Features' has 3 values per row, but this flow was trained on 5. Concatenate the same columns as in "
            + "training.",
            transform.Message);
        Assert.Contains("has 3 values per row, but this flow was trained on 5", schema.Message);
    }

    [Fact]
    public void Fit_EmptyData_SaysThereAreNoRows()
    {
        var error = Assert.ThrowsAny<Exception>(() => _context.Flows.PlanarFlow().Fit(Rows.View(_context, [], dimension: 3)));

        Assert.True(error is InvalidOperationException or ArgumentException, error.ToString());
        Assert.Contains("row", error.Message);
        Assert.Contains("'Features'", error.Message);
    }

    [Fact]
    public void Fit_OneRow_ScoresItAboveAnyOther()
    {
        PlanarFlowTransformer model = Train([[1, 2, 3]]);

        float[] scores = Rows.Scores(model, Rows.View(_context, [[1, 2, 3], [1, 2, 3.5f], [100, 2, 3]]));

        Assert.All(scores, s => Assert.True(float.IsFinite(s)));
        Assert.True(scores[0] < scores[1] && scores[1] < scores[2], string.Join(" ", scores));
    }

    [Fact]
    public void Fit_OneDistinctRow_ScoresItAboveAnyOther()
    {
        PlanarFlowTransformer model = Train([.. Enumerable.Repeat(new float[] { 0, -7, 1e6f }, 200)]);

        float[] scores = Rows.Scores(model, Rows.View(_context, [[0, -7, 1e6f], [0.1f, -7, 1e6f], [0, -7, 2e6f]]));

        Assert.All(scores, s => Assert.True(float.IsFinite(s)));
        Assert.True(scores[0] < scores[1] && scores[0] < scores[2], string.Join(" ", scores));
    }

    [Fact]
    public void Transform_ConstantColumnDeparts_RowIsTheStrangest()
    {
        float[][] train = [.. Rows.Normal(500, 3).Select(r => new[] { r[0], r[1], r[2], 4f })];
        PlanarFlowTransformer model = Train(train);
        float[][] test = [.. train[..50], [train[0][0], train[0][1], train[0][2], 5f]];

        float[] scores = Rows.Scores(model, Rows.View(_context, test));

        Assert.Equal(scores[50], scores.Max());
        Assert.True(scores[50] > scores[..50].Max() + 100, $"{scores[50]} after {scores[..50].Max()}");
        Assert.True(model.Transform(Rows.View(_context, test)).GetColumn<bool>("PredictedLabel").Last());
    }

    [Fact]
    public void Fit_MoreColumnsThanRows_ScoresAreFinite()
    {
        float[][] rows = Rows.Normal(12, 40);

        float[] scores = Rows.Scores(Train(rows), Rows.View(_context, [.. rows, [.. Enumerable.Repeat(50f, 40)]]));

        Assert.All(scores, s => Assert.True(float.IsFinite(s)));
        Assert.Equal(scores[^1], scores.Max());
    }

    [Fact]
    public void Fit_NinetyNinePercentDuplicates_RareRowsAreStranger()
    {
        float[][] rare = Rows.Normal(10, 3, seed: 5);
        float[][] rows = [.. Enumerable.Repeat(new float[] { 1, 2, 3 }, 990), .. rare];

        float[] scores = Rows.Scores(Train(rows), Rows.View(_context, [[1, 2, 3], .. rare]));

        Assert.All(scores, s => Assert.True(float.IsFinite(s)));
        Assert.True(scores[0] < scores[1..].Min(), string.Join(" ", scores));
    }

    // Without the far values the rows next to them score as if these had not been there, up to what two rows of 300 teach a flow.
    [Theory]
    [InlineData(1e30f, false)]
    [InlineData(1e5f, false)]
    [InlineData(1e30f, true)]
    public void Fit_FarValues_RowsWithThemAreStrangestAndTheOthersKeepTheirOrder(float far, bool whitened)
    {
        float[][] rows = Rows.Normal(300, 3), without = [.. rows.Where((_, i) => i is not 7 and not 8)];
        var options = new PlanarFlowEstimator.Options
        {
            Seed = 1,
            Preprocessing = whitened ? Preprocessing.Whiten() : Preprocessing.Standardize,
        };
        float[] expected = Rows.Scores(
            _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, without)), Rows.View(_context, without));
        (rows[7][1], rows[8][2]) = (far, -far);
        var warnings = new List<string>();
        _context.Log += (_, e) => warnings.AddRange(e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning ? [e.Message] : []);

        float[] scores = Rows.Scores(
            _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, rows)), Rows.View(_context, rows));

        Assert.All(scores, s => Assert.True(float.IsFinite(s)));
        float[] others = [.. scores.Where((_, i) => i is not 7 and not 8)];
        Assert.True(Math.Min(scores[7], scores[8]) > others.Max(), $"{scores[7]} and {scores[8]} beside {others.Max()}");
        Assert.True(
            Correlation(Ranks(expected), Ranks(others)) > 0.9, $"rank correlation {Correlation(Ranks(expected), Ranks(others))}");
        Assert.Contains("'Features[1]', 'Features[2]' hold values far from the others", Assert.Single(warnings));
    }

    [Fact]
    public void Transform_HugeValuesNotSeenInTraining_AreFiniteAndStrange()
    {
        float[][] rows = Rows.Normal(300, 3);

        float[] scores = Rows.Scores(Train(rows), Rows.View(_context, [.. rows, [1e30f, 0, 0], [-1e30f, 1e30f, -1e30f]]));

        Assert.All(scores, s => Assert.True(float.IsFinite(s)));
        Assert.True(scores[^1] > scores[..300].Max() && scores[^2] > scores[..300].Max());
    }

    [Fact]
    public void Fit_MissingAndInfiniteFeatures_SkipsTheRowsWithOneWarning()
    {
        float[][] rows = Rows.Normal(300, 3);
        rows[3][0] = float.NaN;
        rows[4][1] = float.PositiveInfinity;
        var warnings = new List<string>();
        _context.Log += (_, e) =>
        {
            if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(e.Message);
        };

        PlanarFlowTransformer model = Train(rows);

        Assert.Equal((298, 2), (model.History.RowsUsed, model.History.RowsSkipped));
        Assert.Single(warnings, w => w.Contains("2 of 300"));
    }

    [Fact]
    public void Transform_MissingFeature_GivesNaNAndAnAlarm()
    {
        PlanarFlowTransformer model = Train(Rows.Normal(300, 3));

        IDataView scored = model.Transform(Rows.View(_context, [[0, float.NaN, 0], [0, 0, 0]]));

        Assert.Equal([true, false], scored.GetColumn<bool>("PredictedLabel"));
        Assert.Equal([true, false], scored.GetColumn<float>("PValue").Select(float.IsNaN));
        Assert.Equal([true, false], scored.GetColumn<float>("LogLikelihood").Select(float.IsNaN));
        Assert.Equal([true, false], scored.GetColumn<float>("Score").Select(float.IsNaN));
    }

    [Fact]
    public void Fit_AllRowsMissing_SaysNoneIsUsable()
    {
        float[][] rows = [.. Enumerable.Repeat(new[] { float.NaN, 1 }, 30)];

        var error = Assert.ThrowsAny<Exception>(() => Train(rows));

        Assert.True(error is InvalidOperationException or ArgumentException, error.ToString());
        Assert.Contains("30", error.Message);
    }

    [Fact]
    public void Fit_NegativeWeight_IsAnError()
    {
        float[] weights = [.. Enumerable.Repeat(1f, 30)];
        weights[4] = -0.5f;

        var error = Assert.ThrowsAny<Exception>(() => _context.Flows
            .PlanarFlow(new PlanarFlowEstimator.Options { ExampleWeightColumnName = "Weight" })
            .Fit(Rows.View(_context, Rows.Normal(30, 2), weights)));

        Assert.True(error is InvalidOperationException or ArgumentException, error.ToString());
        Assert.Contains("-0.5", error.Message);
        Assert.Contains("'Weight'", error.Message);
    }

    [Fact]
    public void PlanarFlow_SeveralOptionsOutOfRange_ReportsAllAtOnce()
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            NumberOfLayers = -1,
            LearningRate = 0,
            FalseAlarmRate = 2,
            BatchSize = 0,
        }));

        Assert.Contains("NumberOfLayers", error.Message);
        Assert.Contains("LearningRate", error.Message);
        Assert.Contains("FalseAlarmRate", error.Message);
        Assert.Contains("BatchSize", error.Message);
    }

    [Theory]
    [InlineData(null, null, 0.01)]
    [InlineData(0.0, null, 0.01)]
    [InlineData(0.1, null, 0.1)]
    [InlineData(0.1, 0.02, 0.02)]
    public void FalseAlarmRate_Unspecified_IsTheContaminationWhereThatIsAboveZero(
        double? contamination, double? rate, double expected)
    {
        var options = new PlanarFlowEstimator.Options
        {
            Contamination = contamination,
            FalseAlarmRate = rate,
            MaximumSteps = 1,
            CalibrationFolds = 0,
        };

        Assert.Equal(expected, _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, Rows.Normal(50, 2))).FalseAlarmRate);
    }

    // Trained on rows of which a tenth are anomalies: about a tenth alarm, and most anomalies are among them.
    [Fact]
    public void PredictedLabel_WithTheShareOfAnomaliesStated_FindsMostOfThem()
    {
        float[][] rows =
            [.. Rows.Normal(900, 3), .. Rows.Normal(100, 3, seed: 2).Select(row => (float[])[row[0] + 8, row[1] - 8, row[2]])];

        bool[] alarms =
            [.. _context.Flows.PlanarFlow(contamination: 0.1).Fit(Rows.View(_context, rows)).Transform(Rows.View(_context, rows))
                .GetColumn<bool>("PredictedLabel")];

        Assert.InRange(alarms.Count(alarm => alarm), 70, 130);
        Assert.True(alarms[900..].Count(alarm => alarm) > 90, $"{alarms[900..].Count(alarm => alarm)} of 100 found");
    }

    private static double[] Ranks(float[] values)
    {
        var ranks = new double[values.Length];
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        for (int i = 0; i < order.Length; i++)
            ranks[order[i]] = i;
        return ranks;
    }

    private static double Correlation(double[] a, double[] b)
    {
        double meanA = a.Average(), meanB = b.Average();
        double products = a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum();
        return products / Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
    }

    private PlanarFlowTransformer Train(float[][] rows) => _context.Flows.PlanarFlow().Fit(Rows.View(_context, rows));

    private sealed class Types
    {
        public float Scalar { get; set; }

        [VectorType(3)]
        public double[] Doubles { get; set; } = [1, 2, 3];

        public float[] Variable { get; set; } = [1, 2, 3];
    }
}
