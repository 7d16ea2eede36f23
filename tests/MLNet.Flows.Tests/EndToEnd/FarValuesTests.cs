using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.EndToEnd;

/// <summary>Values far out, placeholders and extreme units: what they do to the other rows, and what is said about
/// them.</summary>
public sealed class FarValuesTests
{
    private readonly MLContext _context = new(1);
    private readonly List<string> _warnings = [];

    public FarValuesTests() => _context.Log += (_, message) =>
        _warnings.AddRange(message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning ? [message.Message] : []);

    [Theory]
    [InlineData(1, null)]
    [InlineData(3, null)]
    [InlineData(3, 0.0)]
    [InlineData(3, 0.1)]
    public void Fit_TwoCellsOf999AmongTenThousand_AValueAt8StandardDeviationsHasATinyPValue(int dimension, double? contamination)
    {
        float[][] rows = Standard(10_000, dimension, 1);
        (rows[77][0], rows[5000][0]) = (-999, -999);
        var far = new float[dimension];
        far[0] = 8;

        float[] p = PValues(Fit(rows, contamination), [far, new float[dimension]]);

        Assert.True(p[0] <= 1e-4, $"p {p[0]}");
        Assert.True(p[1] > 0.5, $"p {p[1]} of the center");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void Fit_FewPlaceholders_AValueFarFromTheBulkAlarms(double? contamination)
    {
        float[][] rows = Standard(10_000, 3, 2);
        for (int i = 0; i < 30; i++)
            rows[i * 333][1] = -9999;

        float[] p = PValues(Fit(rows, contamination), [[0, 60, 0], [0, 8, 0], [0, 0, 0]]);

        Assert.True(p[0] < 1e-4 && p[1] < 1e-4, $"p {p[0]} and {p[1]}");
        Assert.True(p[2] > 0.5, $"p {p[2]} of the center");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void Fit_PlaceholdersInThreeOfTenColumns_AnomaliesAreStillFound(double? contamination)
    {
        float[][] rows = Standard(2000, 10, 3);
        for (int j = 0; j < 3; j++)
        {
            for (int i = 0; i < 20; i++)
                rows[(i * 100 + j * 31) % 2000][j] = -999;
        }

        float[][] anomalies = Standard(200, 10, 5);
        foreach (float[] row in anomalies)
            row[0] += 6;
        PlanarFlowTransformer model = Fit(rows, contamination);

        float[] normal = Rows.Scores(
            model, Rows.View(_context, Standard(2000, 10, 4))), strange = Rows.Scores(model, Rows.View(_context, anomalies));

        double area = strange.Average(s => normal.Average(n => s > n ? 1 : s == n ? 0.5 : 0));
        Assert.True(area >= 0.99, $"AUROC {area}");
    }

    [Fact]
    public void Fit_Placeholders_NamesThemWithTheirShareAndARemedyThatWorks()
    {
        float[][] rows = Standard(1000, 2, 6);
        for (int i = 0; i < 20; i++)
            rows[i * 50][1] = -999;
        const string Remedy = "x : x == -999 ? na(x) : x";

        Fit(rows, contamination: 0);

        string warning = Assert.Single(_warnings);
        Assert.Contains("-999 in 2 % of the rows of 'Features[1]'", warning);
        Assert.Contains($"mlContext.Transforms.Expression(\"Features\", \"{Remedy}\", \"Features\")", warning);
        IDataView mended = _context.Transforms.Expression("Features", Remedy, "Features")
            .Fit(Rows.View(_context, rows)).Transform(Rows.View(_context, rows));
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(contamination: 0).Fit(mended);
        Assert.Equal((980, 20), (model.History.RowsUsed, model.History.RowsSkipped));
        Assert.Equal(rows.Select(row => row[1] == -999), model.Transform(mended).GetColumn<float>("Score").Select(float.IsNaN));
    }

    [Theory]
    [InlineData("1.7e9 +- 60", true)]
    [InlineData("1.7e9 +- 3000", true)]
    [InlineData("always 2^24", true)]
    [InlineData("always 1000", false)]
    [InlineData("1000 +- 1", false)]
    [InlineData("0 or 1", false)]
    public void Fit_ColumnTooLargeForWhatItVariesBy_IsNamed(string kind, bool named)
    {
        var random = new RandomStream(3, 5);
        float[][] rows = [.. Standard(300, 2, 7).Select((row, i) => (float[])[row[0], kind switch
        {
            "1.7e9 +- 60" => (float)(1.7e9 + 60 * random.NextGaussian()),
            "1.7e9 +- 3000" => (float)(1.7e9 + 3000 * random.NextGaussian()),
            "always 2^24" => 1 << 24,
            "always 1000" => 1000,
            "1000 +- 1" => (float)(1000 + random.NextGaussian()),
            _ => i % 2,
        }])];

        _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { Contamination = 0, MaximumSteps = 1, CalibrationFolds = 0 })
            .Fit(Rows.View(_context, rows));

        if (!named)
            Assert.Empty(_warnings);
        else
            Assert.Contains("'Features[1]' varies by less than 64 steps of Single", Assert.Single(_warnings));
    }

    [Theory]
    [InlineData(-120)]
    [InlineData(-106)]
    [InlineData(-66)]
    [InlineData(66)]
    [InlineData(120)]
    public void Fit_AnyUnit_ScoresAreThoseOfUnit1ButForTheLogarithmOfTheUnit(int powerOf2)
    {
        float unit = MathF.ScaleB(1, powerOf2);
        float[][] rows = Standard(500, 2, 8), test = [.. rows[..20], [7, 0], [-9, 1]];
        float[] expected = Rows.Scores(Fit(rows, 0), Rows.View(_context, test));

        float[] scores = Rows.Scores(Fit([.. rows.Select(InUnit)], 0), Rows.View(_context, [.. test.Select(InUnit)]));

        Assert.Equal(expected.Select(s => s + Math.Log(unit)), scores.Select(s => (double)s), (a, b) => Math.Abs(a - b) < 1e-3);

        float[] InUnit(float[] row) => [row[0] * unit, row[1]];
    }

    [Fact]
    public void Fit_SpreadBelowWhatCanBeStandardized_IsNamed()
    {
        float[][] rows = [.. Standard(200, 2, 9).Select(row => (float[])[row[0] * 1e-41f, row[1]])];

        Fit(rows, contamination: 0);

        Assert.Contains("'Features[0]' varies by less than 2E-38", Assert.Single(_warnings));
    }

    // Such columns gave some rows likelihoods of e^(10^14) or ended in steps without a finite likelihood.
    [Theory]
    [InlineData("normal", 0.5)]
    [InlineData("Student", 0.9)]
    [InlineData("mixture", 0.9)]
    [InlineData("mixture", 0.999)]
    public void Fit_ColumnsAtBothEndsOfSingle_ScoresAreOrdinary(string baseDistribution, double share)
    {
        var random = new RandomStream(4, 6);
        float[][] rows =
            [.. Standard(1000, 2, 10).Select(row => (float[])[random.NextDouble() < share ? 3e38f : -3e38f, row[0], row[1]])];
        var options = new PlanarFlowEstimator.Options
        {
            Seed = 1,
            CalibrationFolds = 0,
            BaseDistribution = baseDistribution switch
            {
                "normal" => BaseDistribution.StandardNormal,
                "Student" => BaseDistribution.StudentT(),
                _ => BaseDistribution.NormalMixture(),
            },
        };

        float[] scores = Rows.Scores(
            _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, rows)), Rows.View(_context, rows));

        Assert.All(scores, score => Assert.InRange(score, 60, 400));
        Assert.DoesNotContain(_warnings, warning => warning.Contains("NaN"));
    }

    private static float[][] Standard(int count, int dimension, int seed)
    {
        var random = new RandomStream(seed, 321);
        return [.. Enumerable.Range(0, count).Select(
            _ => (float[])[.. Enumerable.Range(0, dimension).Select(_ => (float)random.NextGaussian())])];
    }

    private PlanarFlowTransformer Fit(float[][] rows, double? contamination) => _context.Flows.PlanarFlow(
        new PlanarFlowEstimator.Options { Contamination = contamination, Seed = 1 }).Fit(Rows.View(_context, rows));

    private float[] PValues(PlanarFlowTransformer model, float[][] rows) =>
        [.. model.Transform(Rows.View(_context, rows)).GetColumn<float>("PValue")];
}
