using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.Flows;

namespace MLNet.Flows.Tests.Estimators.Context;

/// <summary>What a density given a context is worth, on data whose truth is known.</summary>
public sealed class ConditionalDensityTests
{
    private readonly MLContext _context = new(seed: 1);

    // y = f(c) + s(c) e.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LogLikelihood_OfLocationAndSpreadGivenTheContext_IsWithinAFewHundredthsOfANatOfTheTruth(bool autoregressive)
    {
        GivenRow[] train = Cycle(8000, seed: 1), fresh = Cycle(10_000, seed: 2);

        double actual = LogLikelihoods(Fit(train, autoregressive), fresh).Average(value => (double)value);

        double truth = fresh.Average(row => row.Truth);
        Assert.InRange(actual, truth - 0.05, truth + 0.01);
    }

    // With the base of unknown contamination too, which is made for anomalies among the rows.
    [Theory]
    [InlineData("planar")]
    [InlineData("neural spline")]
    [InlineData("continuous")]
    public void LogLikelihood_ByDefaultWithoutNoise_IsWithinAFewHundredthsOfANatOfTheTruth(string flow)
    {
        GivenRow[] train = Cycle(8000, seed: 1), fresh = Cycle(10_000, seed: 2);
        FlowOptions options = FlowTable.Defaults(flow);
        (options.ContextColumnName, options.Seed, options.InputNoise) = ("Given", 1, 0);

        double actual = LogLikelihoods(FlowTable.Create(_context, flow, options).Fit(View(train)), fresh)
            .Average(value => (double)value);

        double truth = fresh.Average(row => row.Truth);
        Assert.InRange(actual, truth - 0.05, truth + 0.01);
    }

    // A tenth of the rows is given more than 3 standard deviations, up to 20: the line that the context draws goes on there.
    [Fact]
    public void LogLikelihood_GivenAContextWithALongTail_IsNearTheTruthThereToo()
    {
        GivenRow[] train = LongTail(8000, seed: 1), fresh = LongTail(20_000, seed: 2);
        FlowTransformer model = Fit(train);

        float[] actual = LogLikelihoods(model, fresh), pValues = [.. model.Transform(View(fresh)).GetColumn<float>("PValue")];

        int[] far = [.. Enumerable.Range(0, fresh.Length).Where(i => fresh[i].Given[0] > 6)];
        Assert.InRange(actual.Average(value => (double)value), fresh.Average(row => row.Truth) - 0.05, double.MaxValue);
        Assert.InRange(far.Average(i => actual[i] - fresh[i].Truth), -0.3, 0.1);
        Assert.InRange(far.Count(i => pValues[i] < 0.01) / (double)far.Length, 0, 0.04);
    }

    public static TheoryData<string> EveryFlow => [.. FlowTable.Names];

    [Theory]
    [MemberData(nameof(EveryFlow))]
    public void LogLikelihood_ContextWithoutInformation_IsTheUnconditionalOne(string flow)
    {
        GivenRow[] train = Shuffled(Cycle(600, seed: 1)), fresh = Shuffled(Cycle(500, seed: 2));
        FlowOptions given = FlowTable.Options(flow), alone = FlowTable.Options(flow);
        given.ContextColumnName = "Given";

        Assert.Equal(
            LogLikelihoods(FlowTable.Create(_context, flow, alone).Fit(View(train)), fresh),
            LogLikelihoods(FlowTable.Create(_context, flow, given).Fit(View(train)), fresh));
    }

    // Spread depends on the context; so do likelihoods, but not the share of alarms.
    [Fact]
    public void PValue_InEveryTenthOfTheContext_AlarmsAtAboutTheRateAskedFor()
    {
        GivenRow[] train = Cycle(8000, seed: 1), fresh = Cycle(30_000, seed: 2);

        IDataView scored = Fit(train).Transform(View(fresh));

        float[] pValues = [.. scored.GetColumn<float>("PValue")];
        for (int column = 0; column < 2; column++)
        {
            int[] order = [.. Enumerable.Range(0, fresh.Length).OrderBy(i => fresh[i].Given[column])];
            foreach (int[] tenth in order.Chunk(order.Length / 10))
                Assert.InRange(tenth.Count(i => pValues[i] < 0.01) / (double)tenth.Length, 0.003, 0.03);
        }

        Assert.InRange(pValues.Count(p => p < 0.05) / (double)pValues.Length, 0.04, 0.065);
    }

    // Values that are ordinary at another time of the cycle.
    [Fact]
    public void Score_OfRowsOutOfTheirContext_IsHighWhereTheMarginalSeesNothing()
    {
        GivenRow[] train = Cycle(5000, seed: 1), normal = Cycle(2000, seed: 2), misplaced = Cycle(2000, seed: 3);
        for (int i = 0; i < misplaced.Length; i++)
        {
            float[] given = misplaced[i].Given;
            misplaced[i] = misplaced[i] with { Given = [-given[0], -given[1]] };
        }

        GivenRow[] all = [.. normal, .. misplaced.Where(row => Math.Abs(row.Given[0]) > 0.5)];

        Assert.True(Auroc(LogLikelihoods(Fit(train), all), normal.Length) > 0.95);
        Assert.True(Auroc(LogLikelihoods(Fit(train, context: null), all), normal.Length) < 0.7);
    }

    [Fact]
    public void Fit_ContextThatNeverVaries_IsTheUnconditionalFlowAndALaterChangeChangesNothing()
    {
        GivenRow[] train = [.. Cycle(500, seed: 1).Select(row => row with { Given = [5, 5] })];
        FlowTransformer model = Fit(train);

        float[] same = LogLikelihoods(model, train[..20]);
        float[] other = LogLikelihoods(model, [.. train[..20].Select(row => row with { Given = [-1e6f, 8] })]);

        Assert.All(same, value => Assert.True(float.IsFinite(value)));
        Assert.Equal(same, other);
    }

    [Fact]
    public void Columns_OfTheContext_AreCheckedAsThoseOfFeaturesAre()
    {
        IDataView data = View(Cycle(50, seed: 1));
        FlowTransformer model = Fit(Cycle(50, seed: 1));
        string Fault(string? context, IDataView view) => Assert.ThrowsAny<ArgumentException>(
            () => _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { ContextColumnName = context }).Fit(view)).Message;

        Assert.Contains("There is no context column 'Hour' among 'Features', 'Given', 'Truth'", Fault("Hour", data));
        Assert.Contains("Column 'Truth' is Double", Fault("Truth", data));
        Assert.Contains("are not all different", Fault("Features", data));
        Assert.Contains("A column name is null or empty", Fault("", data));
        IDataView wide = _context.Transforms.Concatenate("Given", "Given", "Given").Fit(data).Transform(data);
        Assert.Contains(
            "Column 'Given' has 4 values per row, but this flow was trained on 2.",
            Assert.ThrowsAny<ArgumentException>(() => model.Transform(wide)).Message);
        IDataView none = _context.Transforms.DropColumns("Given").Fit(data).Transform(data);
        Assert.Contains(
            "There is no context column 'Given'", Assert.ThrowsAny<ArgumentException>(() => model.Transform(none)).Message);
    }

    [Fact]
    public void Calls_WithoutTheContextThatIsNeeded_SayWhatToCall()
    {
        FlowTransformer model = Fit(Cycle(50, seed: 1)), alone = Fit(Cycle(50, seed: 1), context: null);

        string[] faults =
        [
            Assert.Throws<ArgumentException>(() => model.LogLikelihood([0f], new float[1])).Message,
            Assert.Throws<ArgumentException>(() => model.Sample(3)).Message,
            Assert.Throws<ArgumentException>(() => model.Explain([0f])).Message,
            Assert.Throws<ArgumentException>(() => _context.Flows.Sample(model, 3)).Message,
        ];

        Assert.All(faults, fault => Assert.Contains("a density given the 2 values of column 'Given'", fault));
        Assert.Contains(
            "Call Sample(model, rows)",
            Assert.Throws<ArgumentException>(() => _context.Flows.Sample(alone, View(Cycle(3, seed: 1)))).Message);
        Assert.Contains("Call Sample(count)", Assert.Throws<ArgumentException>(() => alone.Sample([0f, 1f], 1)).Message);
        Assert.Contains(
            "3 values of context, but this flow takes 2 a row",
            Assert.Throws<ArgumentException>(() => model.Sample([0f, 1f, 2f], 1)).Message);
        Assert.Contains(
            "[NaN, 1], but a row can only be drawn given finite values",
            Assert.Throws<ArgumentException>(() => model.Sample([float.NaN, 1f], 1)).Message);
    }

    [Fact]
    public void Sample_GivenAViewOfContexts_HasTheirColumnsAndTheSameRowsAgain()
    {
        FlowTransformer model = Fit(Cycle(1000, seed: 1));
        GivenRow[] contexts = Cycle(3000, seed: 4);

        IDataView drawn = _context.Flows.Sample(model, View(contexts), seed: 3);

        float[][] given = [.. drawn.GetColumn<float[]>("Given")], features = [.. drawn.GetColumn<float[]>("Features")];
        float[] logLikelihoods = [.. drawn.GetColumn<float>("LogLikelihood")];
        Assert.Equal(contexts.SelectMany(row => row.Given), given.SelectMany(each => each));
        Assert.Equal(features, drawn.GetColumn<float[]>("Features"));
        Assert.Equal(
            logLikelihoods,
            LogLikelihoods(model, [.. given.Zip(features, (g, f) => new GivenRow { Given = g, Features = f })]));
        Assert.Equal(features.SelectMany(each => each), model.Sample([.. given.SelectMany(each => each)], seed: 3));

        // As far from the sine as the training rows.
        double[] distances = [.. features.Zip(given, (f, g) => Math.Abs(f[0] - 3.0 * g[0]))];
        Assert.InRange(distances.Average(), 0.3, 0.7);
    }

    // The angle of a time: y follows its sine, with a spread that follows its cosine.
    private static GivenRow[] Cycle(int count, int seed)
    {
        var random = new RandomStream(seed, 91);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double angle = 2 * Math.PI * random.NextDouble(), e = random.NextGaussian();
            double spread = 0.6 + 0.4 * Math.Cos(angle);
            return new GivenRow
            {
                Features = [(float)(3 * Math.Sin(angle) + spread * e)],
                Given = [(float)Math.Sin(angle), (float)Math.Cos(angle)],
                Truth = -0.5 * e * e - 0.5 * Math.Log(2 * Math.PI) - Math.Log(spread),
            };
        })];
    }

    // What is given is lognormal.
    private static GivenRow[] LongTail(int count, int seed)
    {
        var random = new RandomStream(seed, 94);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double given = Math.Exp(random.NextGaussian()), e = random.NextGaussian();
            return new GivenRow
            {
                Features = [(float)(2 * given + 0.5 * e)],
                Given = [(float)given, 0],
                Truth = -0.5 * e * e - 0.5 * Math.Log(2 * Math.PI) - Math.Log(0.5),
            };
        })];
    }

    private static GivenRow[] Shuffled(GivenRow[] rows)
    {
        var random = new RandomStream(rows.Length, 92);
        return [.. rows.Select(row => row with { Given = [(float)random.NextGaussian(), (float)random.NextDouble()] })];
    }

    // A normal base, no noise: what a density is judged by.
    private FlowTransformer Fit(GivenRow[] rows, bool autoregressive = false, string? context = "Given")
    {
        FlowOptions options = autoregressive
            ? new MaskedAutoregressiveEstimator.Options { LogScaleBound = 2 }
            : new PlanarFlowEstimator.Options();
        (options.ContextColumnName, options.Seed, options.InputNoise) = (context, 1, 0);
        options.BaseDistribution = BaseDistribution.StandardNormal;
        return options is MaskedAutoregressiveEstimator.Options maf
            ? _context.Flows.MaskedAutoregressive(maf).Fit(View(rows))
            : _context.Flows.PlanarFlow((PlanarFlowEstimator.Options)options).Fit(View(rows));
    }

    private static float[] LogLikelihoods(FlowTransformer model, GivenRow[] rows) =>
        [.. model.Transform(View(rows)).GetColumn<float>("LogLikelihood")];

    // Of the rows from the first anomaly on, against those before it.
    private static double Auroc(float[] logLikelihoods, int firstAnomaly)
    {
        int[] order = [.. Enumerable.Range(0, logLikelihoods.Length).OrderByDescending(i => logLikelihoods[i])];
        double below = 0, normal = 0;
        foreach (int i in order)
        {
            normal += i < firstAnomaly ? 1 : 0;
            below += i < firstAnomaly ? 0 : normal;
        }

        return below / firstAnomaly / (logLikelihoods.Length - firstAnomaly);
    }

    private static IDataView View(GivenRow[] rows) => new MLContext(1).Data.LoadFromEnumerable(rows);

    private sealed record GivenRow
    {
        [VectorType(1)]
        public float[] Features { get; init; } = [];

        [VectorType(2)]
        public float[] Given { get; init; } = [];

        public double Truth { get; init; }
    }
}
