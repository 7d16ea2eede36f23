using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.EndToEnd;

/// <summary>A trained model is exactly the density that it says.</summary>
public sealed class TrainedDensityTests
{
    private readonly MLContext _context = new(3);

    public static TheoryData<string> Bases => ["normal", "student", "mixture", "own-scales", "whitened", "members"];

    [Theory]
    [MemberData(nameof(Bases))]
    public void LogLikelihood_TrainedIn2D_IntegratesToOne(string kind)
    {
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(Options(kind)).Fit(Rows.View(_context, Sine(1000)));

        // Column 0 is about sin(column 1); the density falls off within a few units of the data except for the heavy tails.
        double half = kind == "student" ? 400 : 14;
        Assert.Equal(1, Integrate(model, half), 1e-3);
    }

    [Fact]
    public void LogLikelihood_BlockAndRow_AreTheSameBits()
    {
        float[][] rows = Sine(100);
        PlanarFlowTransformer model = _context.Flows.PlanarFlow().Fit(Rows.View(_context, rows));
        var block = new float[100];
        model.LogLikelihood([.. rows.SelectMany(r => r)], block);

        for (int i = 0; i < rows.Length; i++)
        {
            var one = new float[1];
            model.LogLikelihood(rows[i], one);
            Assert.Equal(BitConverter.SingleToInt32Bits(block[i]), BitConverter.SingleToInt32Bits(one[0]));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PValue_OfTrainingRows_IsTheirExactRank(bool whiten)
    {
        // Every second row is the same one: the last bit of a likelihood decides whether its p-value is 0.5 or 0.
        float[][] rows = [.. Sine(300).SelectMany(r => (float[][])[[r[0], 4, r[1]], [0.25f, 4, 0.5f]])];
        var options = new PlanarFlowEstimator.Options
        {
            MaximumSteps = 200,
            CalibrationFolds = 0,
            Preprocessing = whiten ? Preprocessing.Whiten() : Preprocessing.Standardize,
        };
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, rows));
        IDataView scored = model.Transform(Rows.View(_context, rows));
        float[] logLikelihood = [.. scored.GetColumn<float>("LogLikelihood")], pValue = [.. scored.GetColumn<float>("PValue")];

        for (int i = 0; i < rows.Length; i++)
            Assert.Equal(logLikelihood.Count(l => l <= logLikelihood[i]) / (float)rows.Length, pValue[i]);

        // 0.01 as Single is less than 0.01 as Double: the row with exactly that p-value is no alarm all the same.
        bool[] alarms =
            [.. model.WithFalseAlarmRate(0.01).Transform(Rows.View(_context, rows)).GetColumn<bool>("PredictedLabel")];
        Assert.False(alarms[Array.IndexOf(pValue, 0.01f)]);
        Assert.Equal(5, alarms.Count(alarm => alarm));
    }

    [Fact]
    public void Fit_NoLayersAndOneFeature_IsADensityToo()
    {
        var options = new PlanarFlowEstimator.Options { NumberOfLayers = 0, MaximumSteps = 300 };
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, Rows.Normal(500, 1)));
        float[] grid = [.. Enumerable.Range(0, 40_001).Select(i => -20 + i * 0.001f)];
        var result = new float[grid.Length];
        model.LogLikelihood(grid, result);

        Assert.Equal(1, result.Sum(l => Math.Exp(l)) * 0.001, 1e-3);
    }

    [Fact]
    public void Append_InAPipeline_LastTransformerIsTyped()
    {
        IDataView data = _context.Data.LoadFromEnumerable(Sine(300).Select(r => new Point { X = r[0], Y = r[1] }));

        TransformerChain<PlanarFlowTransformer> model = _context.Transforms.Concatenate("Features", "X", "Y")
            .Append(_context.Flows.PlanarFlow())
            .Fit(data);

        Assert.Equal(2, model.LastTransformer.Model.Density.FeatureCount);
        Assert.Equal(300, model.Transform(data).GetColumn<float>("LogLikelihood").Count(float.IsFinite));
    }

    [Fact]
    public void Evaluate_WithMLNetsOwnEvaluator_AgreesOnAuroc()
    {
        float[][] rows = [.. Sine(400), .. Enumerable.Range(0, 20).Select(i => new[] { 4f + i * 0.1f, i % 5 - 2f })];
        PlanarFlowTransformer model = _context.Flows.PlanarFlow().Fit(Rows.View(_context, rows[..400]));
        IDataView scored = model.Transform(Rows.View(_context, rows, [.. rows.Select((_, i) => i < 400 ? 0f : 1f)]));

        AnomalyDetectionMetrics theirs = _context.AnomalyDetection.Evaluate(scored, labelColumnName: "Weight");

        Assert.Equal(theirs.AreaUnderRocCurve, _context.Flows.Evaluate(scored, "Weight").AreaUnderRocCurve, 1e-6);
        Assert.True(theirs.AreaUnderRocCurve > 0.95);
    }

    private static PlanarFlowEstimator.Options Options(string kind)
    {
        var options = new PlanarFlowEstimator.Options { MaximumSteps = 400 };
        switch (kind)
        {
            case "normal":
                options.BaseDistribution = BaseDistribution.StandardNormal;
                break;
            case "student":
                options.BaseDistribution = BaseDistribution.StudentT(5);
                break;
            case "mixture":
                options.BaseDistribution = BaseDistribution.NormalMixture(6);
                break;
            case "own-scales":
                options.BaseDistribution = BaseDistribution.NormalMixture(6, sharedScale: false);
                break;
            case "whitened":
                options.Preprocessing = Preprocessing.Whiten(0.1);
                break;
        }

        return options;
    }

    // The tutorial's data: x2 ~ U(-3, 3), x1 = sin(x2) + N(0, 0.1^2).
    private static float[][] Sine(int count)
    {
        var random = new MLNet.Flows.Numerics.RandomStream(11, 1);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double x2 = 6 * random.NextDouble() - 3;
            return new[] { (float)(Math.Sin(x2) + 0.1 * random.NextGaussian()), (float)x2 };
        })];
    }

    // Midpoint rule on [-half, half]^2 with cells that grow with the distance from the origin: x = sinh(t) / sinh(1) half, 3,000
    // x 3,000 cells.
    private static double Integrate(PlanarFlowTransformer model, double half)
    {
        const int Cells = 2400;
        double stretch = half > 100 ? 6 : 2;
        var axis = new double[Cells];
        var width = new double[Cells];
        for (int i = 0; i < Cells; i++)
        {
            double t = stretch * (2 * (i + 0.5) / Cells - 1);
            axis[i] = half * Math.Sinh(t) / Math.Sinh(stretch);
            width[i] = half * Math.Cosh(t) / Math.Sinh(stretch) * 2 * stretch / Cells;
        }

        var rows = new float[2 * Cells];
        var result = new float[Cells];
        double sum = 0;
        for (int i = 0; i < Cells; i++)
        {
            for (int j = 0; j < Cells; j++)
                (rows[2 * j], rows[2 * j + 1]) = ((float)axis[i], (float)axis[j]);
            model.LogLikelihood(rows, result);
            for (int j = 0; j < Cells; j++)
                sum += Math.Exp(result[j]) * width[i] * width[j];
        }

        return sum;
    }

    private sealed class Point
    {
        public float X { get; set; }

        public float Y { get; set; }
    }
}
