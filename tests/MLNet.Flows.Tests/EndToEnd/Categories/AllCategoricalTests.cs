using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.EndToEnd.Categories;

/// <summary>Rows of categories alone: a latent class model.</summary>
public sealed class AllCategoricalTests
{
    private const int Columns = 6;
    private static readonly double[][] FirstValue = [[0.9, 0.9, 0.9, 0.1, 0.1, 0.5], [0.1, 0.1, 0.2, 0.9, 0.9, 0.5]];
    private readonly MLContext _context = new(3);

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    public void Shares_OverTheWholeSpace_AddUpToOne(double? contamination)
    {
        ITransformer model = Fit(Draw(1000, 1), o => o.Contamination = contamination);
        IEnumerable<string[]> space = [[]];
        for (int j = 0; j < Columns; j++)
            space = space.SelectMany(row => (string[])["a", "b", "", "unseen"], (row, value) => (string[])[.. row, value]);

        Assert.Equal(1, LogLikelihoods(model, [.. space]).Sum(value => Math.Exp(value)), 1e-4);
    }

    [Fact]
    public void LogLikelihood_OfTwoClasses_IsWithinAFewHundredthsOfTheTruth()
    {
        ITransformer model = Fit(Draw(5000, 1), o =>
            o.BaseDistribution = BaseDistribution.NormalMixture(components: 2, minimumWeight: 0));
        string[][] fresh = Draw(10_000, 2);

        double truth = fresh.Average(row => Math.Log(FirstValue.Sum(of => 0.5 * of
            .Select((share, j) => row[j] == "a" ? share : 1 - share).Aggregate(1.0, (a, b) => a * b))));
        Assert.InRange(LogLikelihoods(model, fresh).Average(value => (double)value), truth - 0.05, truth + 0.02);
    }

    [Fact]
    public void Alarm_OfAnUnseenValue_IsRaised_AndOfUsualRows_IsNot()
    {
        ITransformer model = Fit(Draw(1000, 1));
        bool[] alarms = [.. model.Transform(View([["a", "a", "a", "b", "b", "a"], ["a", "a", "a", "b", "b", "c"]]))
            .GetColumn<bool>("PredictedLabel")];

        Assert.Equal([false, true], alarms);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("one value")]
    [InlineData("a name for each row")]
    public void Column_OfOneValueNoneOrOneEach_IsNoError(string kind)
    {
        string[][] rows = Draw(300, 1);
        for (int i = 0; i < rows.Length; i++)
            rows[i][5] = kind switch { "missing" => "", "one value" => "x", _ => $"row {i}" };
        ITransformer model = Fit(rows);
        float[] usual = LogLikelihoods(model, rows[..50]);
        float[] departing = LogLikelihoods(model, [.. rows[..50].Select(row => (string[])[.. row[..5], "other"])]);

        Assert.All(usual, value => Assert.True(float.IsFinite(value)));
        for (int i = 0; i < usual.Length; i++)
            Assert.True(departing[i] < usual[i], $"row {i}: {departing[i]} with a value that none had, {usual[i]} as it is");
    }

    [Theory]
    [MemberData(nameof(Flows))]
    public void Flow_OfAnyKind_TrainsOnCategoriesAlone(string name, Func<FlowsCatalog, IEstimator<FlowTransformer>> create)
    {
        Assert.NotEmpty(name);
        FlowTransformer model = create(_context.Flows).Fit(View(Draw(300, 1)));

        Assert.Equal(0, model.FeatureCount);
        Assert.All(LogLikelihoods(model, Draw(20, 2)), value => Assert.InRange(value, -20, 0));
    }

    public static TheoryData<string, Func<FlowsCatalog, IEstimator<FlowTransformer>>> Flows => new()
    {
        { "planar", f => f.PlanarFlow(Of<PlanarFlowEstimator.Options>()) },
        { "radial", f => f.RadialFlow(Of<RadialFlowEstimator.Options>()) },
        { "nice", f => f.Nice(Of<NiceEstimator.Options>()) },
        { "realnvp", f => f.RealNvp(Of<RealNvpEstimator.Options>()) },
        { "glow", f => f.Glow(Of<GlowEstimator.Options>()) },
        { "maf", f => f.MaskedAutoregressive(Of<MaskedAutoregressiveEstimator.Options>()) },
        { "spline", f => f.NeuralSpline(Of<NeuralSplineEstimator.Options>()) },
        { "continuous", f => f.ContinuousFlow(Of<ContinuousFlowEstimator.Options>()) },
    };

    internal static string[][] Draw(int count, int seed)
    {
        var random = new RandomStream(seed, 97);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double[] of = FirstValue[random.NextInt32(2)];
            return of.Select(share => random.NextDouble() < share ? "a" : "b").ToArray();
        })];
    }

    private static TOptions Of<TOptions>()
        where TOptions : FlowOptions, new() => new()
        {
            FeatureColumnName = null,
            CategoricalColumnNames = ["Answers"],
            MaximumSteps = 50,
        };

    private ITransformer Fit(string[][] rows, Action<PlanarFlowEstimator.Options>? change = null)
    {
        PlanarFlowEstimator.Options options = Of<PlanarFlowEstimator.Options>();
        options.MaximumSteps = 200;
        change?.Invoke(options);
        return _context.Flows.PlanarFlow(options).Fit(View(rows));
    }

    private IDataView View(string[][] rows)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Answers)].ColumnType = new VectorDataViewType(TextDataViewType.Instance, Columns);
        return _context.Data.LoadFromEnumerable(rows.Select(row => new Row { Answers = row }), schema);
    }

    private float[] LogLikelihoods(ITransformer model, string[][] rows) =>
        [.. model.Transform(View(rows)).GetColumn<float>("LogLikelihood")];

    private sealed class Row
    {
        public string[] Answers { get; set; } = [];
    }
}
