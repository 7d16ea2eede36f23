using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Tests.EndToEnd.Categories;
using MLNet.Flows.Tests.Flows;

namespace MLNet.Flows.Onnx.Tests;

/// <summary>Flows with categorical columns, of text and of keys, alone, beside features, and given a context.</summary>
public sealed class CategoryExportTests
{
    private readonly MLContext _context = new(seed: 1);

    public static TheoryData<string> All => [.. FlowTable.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void ConvertToOnnx_EveryFlowWithCategories_ScoresAsHere(string name)
    {
        FlowOptions options = FlowTable.Options(name);
        options.CategoricalColumnNames = KnownMixture.Columns;
        options.FalseAlarmRate = 0.05;
        FlowTransformer flow = FlowTable.Create(_context, name, options)
            .Fit(KnownMixture.View(_context, KnownMixture.Draw(500, 1)));
        IDataView data = KnownMixture.View(_context, [.. KnownMixture.Draw(500, 2), .. Unseen()]);
        using OnnxSession session = OnnxSession.Of(_context, flow, data);

        Scores expected = Scores.Of(flow, data);

        expected.AssertEqual(session.Run(data), flow.Model);
        expected.AssertEqual(session.Run(data, batch: 1), flow.Model);
    }

    [Fact]
    public void ConvertToOnnx_KeysMadeInTheChain_ScoreAsHere()
    {
        IDataView data = KnownMixture.View(_context, [.. KnownMixture.Draw(500, 1)]);
        var chain = _context.Transforms.Conversion.MapValueToKey("ColorKey", "Color")
            .Append(_context.Transforms.Conversion.MapValueToKey("ShapeKey", "Shape"))
            .Append(_context.Flows.PlanarFlow(
                new PlanarFlowEstimator.Options
                {
                    CategoricalColumnNames = ["ColorKey", "ShapeKey"],
                    MaximumSteps = 100,
                    CalibrationFolds = 0,
                }));
        ITransformer model = chain.Fit(data);
        IDataView fresh = KnownMixture.View(_context, [.. KnownMixture.Draw(300, 2), .. Unseen()]);
        using OnnxSession session = OnnxSession.Of(_context, model, fresh);

        Scores.Of(model, fresh).AssertEqual(session.Run(fresh), model.FindFlow().Model);
    }

    // ML.NET writes True and 0.10000000000000001, ONNX Runtime 1 and 0.1: all would be unseen.
    [Theory]
    [InlineData("IsOn")]
    [InlineData("Grade")]
    [InlineData("Height")]
    public void ConvertToOnnx_TextMadeOfNumbersInTheChain_IsRefusedWithTheColumn(string source)
    {
        IDataView data = _context.Data.LoadFromEnumerable(Gauges(200));
        ITransformer model = _context.Transforms.Conversion.ConvertType("Text", source, DataKind.String)
            .Append(_context.Transforms.Conversion.MapValueToKey("Key", "Text"))
            .Append(_context.Flows.PlanarFlow(AloneOf("Key")))
            .Fit(data);

        string message = Assert.ThrowsAny<Exception>(() => OnnxSession.Convert(_context, model, data)).ToString();

        Assert.Contains($"makes text of column '{source}'", message);
        Assert.Contains("MapValueToKey", message);
    }

    [Theory]
    [InlineData("IsOn")]
    [InlineData("Grade")]
    [InlineData("Height")]
    [InlineData("Count")]
    public void ConvertToOnnx_KeysOfNumbersInTheChain_ScoreAsHere(string source)
    {
        IDataView data = _context.Data.LoadFromEnumerable(Gauges(200));
        ITransformer model = _context.Transforms.Conversion.ConvertType("Unused", "IsOn", DataKind.String)
            .Append(_context.Transforms.Conversion.MapValueToKey("Key", source))
            .Append(_context.Transforms.Conversion.ConvertType("Text", "Count", DataKind.String))
            .Append(_context.Flows.PlanarFlow(AloneOf("Key", "Text")))
            .Fit(data);
        using OnnxSession session = OnnxSession.Of(_context, model, data);

        Scores.Of(model, data).AssertEqual(session.Run(data), model.FindFlow().Model);
    }

    [Fact]
    public void ConvertToOnnx_CategoriesAloneInAVectorOfText_ScoreAsHere()
    {
        var random = new Random(3);
        string Value(int column) => random.Next(10) == 0 ? "" : $"{(char)('a' + random.Next(column + 2))}";
        Texts[] Draw(int count) =>
            [.. Enumerable.Range(0, count).Select(_ => new Texts { Words = [Value(0), Value(1), Value(2)] })];
        var options = new PlanarFlowEstimator.Options
        {
            FeatureColumnName = null,
            CategoricalColumnNames = ["Words"],
            CalibrationFolds = 0,
        };
        FlowTransformer flow = _context.Flows.PlanarFlow(options).Fit(_context.Data.LoadFromEnumerable(Draw(400)));
        IDataView data = _context.Data.LoadFromEnumerable(
            (Texts[])[.. Draw(300), new Texts { Words = ["ü", "a", "never seen"] }]);
        using OnnxSession session = OnnxSession.Of(_context, flow, data);

        Scores.Of(flow, data).AssertEqual(session.Run(data), flow.Model);
    }

    [Fact]
    public void ConvertToOnnx_CategoriesGivenAContextInAConsensus_ScoreAsHere()
    {
        MixedRow[] Given(MixedRow[] rows, float first)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i].Given = [first + 0.01f * (i % 100)];
                rows[i].Features[0] += rows[i].Given[0];
            }

            return rows;
        }

        TOptions Options<TOptions>(int members)
            where TOptions : FlowOptions, new() => new()
            {
                CategoricalColumnNames = KnownMixture.Columns,
                ContextColumnName = "Given",
                MaximumSteps = 100,
                NumberOfMembers = members,
            };

        ConsensusTransformer model = _context.Flows
            .Consensus(
                _context.Flows.PlanarFlow(Options<PlanarFlowEstimator.Options>(2)),
                _context.Flows.RealNvp(Options<RealNvpEstimator.Options>(1)))
            .Fit(KnownMixture.View(_context, Given(KnownMixture.Draw(500, 1), 0)));
        MixedRow[] rows = [.. Given(KnownMixture.Draw(300, 2), 0), .. Given(Unseen(), float.NaN), .. Given(Unseen(), 40)];
        IDataView data = KnownMixture.View(_context, rows);
        using OnnxSession session = OnnxSession.Of(_context, model, data);

        Scores.Of(model, data).AssertEqual(session.Run(data), model.Model);
    }

    private static PlanarFlowEstimator.Options AloneOf(params string[] columns) => new()
    {
        FeatureColumnName = null,
        CategoricalColumnNames = columns,
        CalibrationFolds = 0,
    };

    private static Gauge[] Gauges(int count) => [.. Enumerable.Range(0, count).Select(
        i => new Gauge { IsOn = i % 3 == 0, Grade = 0.1f * (i % 4), Height = 0.1 * (i % 5), Count = i % 2 })];

    // Values that were not seen, missing ones, and features far away.
    private static MixedRow[] Unseen() =>
    [
        new() { Features = [-2, 0], Color = "violet", Shape = "round" },
        new() { Features = [-2, 0], Color = "Red", Shape = "a\u00e9\u4e2d" },
        new() { Features = [-2, 0], Color = null, Shape = "round" },
        new() { Features = [1e30f, 0], Color = "red", Shape = "" },
        new() { Features = [float.NaN, 0], Color = "red", Shape = "round" },
    ];

    private sealed class Gauge
    {
        public bool IsOn { get; set; }

        public float Grade { get; set; }

        public double Height { get; set; }

        public int Count { get; set; }
    }

    private sealed class Texts
    {
        [VectorType(3)]
        public string[] Words { get; set; } = [];
    }
}
