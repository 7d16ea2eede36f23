using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.EndToEnd.Categories;

/// <summary>Key columns: by name where they have names, and drawn as what they were in training.</summary>
public sealed class CategoryKeysTests
{
    private static readonly float[] Errors = [404, 500, 0.5f];
    private readonly MLContext _context = new(3);

    [Theory]
    [InlineData(DataKind.Single)]
    [InlineData(DataKind.Int32)]
    [InlineData(DataKind.String)]
    public void KeyOfNumbers_IsNamedByThem_AndDrawnAsThem(DataKind kind)
    {
        IDataView data = Keyed(kind, Rows());
        ITransformer model = SaveAndLoad(_context.Flows.PlanarFlow(Short("Key")).Fit(data), data.Schema);
        string[] names = ["404", "500", kind == DataKind.Int32 ? "0" : "0.5"];

        string[] explained = [.. _context.Flows.ExplainRows(model, data, 4).Take(3)
            .Select(row => row.Single(each => each.Category is not null).Name)];
        Assert.Equal(names.Select(name => $"Key={name}"), explained);

        IDataView drawn = _context.Flows.Sample(model, rows: 200, seed: 1);
        IDataView values = _context.Transforms.Conversion.MapKeyToValue("Value", "Key")
            .Append(_context.Transforms.Conversion.ConvertType("Text", "Value", DataKind.String)).Fit(drawn).Transform(drawn);
        Assert.Equal(kind, KindOf(values.Schema["Value"].Type));
        Assert.Equal(names.Order(), values.GetColumn<string>("Text").Distinct().Order());
        Assert.Equal(drawn.GetColumn<float>("LogLikelihood"), model.Transform(drawn).GetColumn<float>("LogLikelihood"));
    }

    [Fact]
    public void KeyOfDates_IsNamedByTexts()
    {
        IDataView rows = _context.Data.LoadFromEnumerable(Rows().Select(row => new DatedRow
        {
            Features = row.Features,
            Day = new DateTime(2026, 1, 1 + (int)row.Error % 5),
        }));
        IDataView data = _context.Transforms.Conversion.MapValueToKey("Key", "Day").Fit(rows).Transform(rows);
        ITransformer model = _context.Flows.PlanarFlow(Short("Key")).Fit(data);
        IDataView drawn = _context.Flows.Sample(model, rows: 20, seed: 1);
        string[] values = [.. _context.Transforms.Conversion.MapKeyToValue("Key").Fit(drawn).Transform(drawn)
            .GetColumn<string>("Key")];

        Assert.All(values, value => Assert.StartsWith("01/0", value));
    }

    [Fact]
    public void DrawnRows_HaveTheKeyTypesOfTraining()
    {
        TypedRow[] rows = [.. Rows().Select((row, i) => new TypedRow
        {
            Features = row.Features,
            Small = (byte)(i % 4),
            Middle = [(ushort)(i % 3)],
            Wide = (ulong)(i % 5),
            Many = [(uint)(i % 2), 2],
        })];
        IDataView data = _context.Data.LoadFromEnumerable(rows);
        ITransformer model = SaveAndLoad(
            _context.Flows.PlanarFlow(Short("Small", "Middle", "Wide", "Many")).Fit(data), data.Schema);
        IDataView drawn = _context.Flows.Sample(model, rows: 50, seed: 1);

        foreach (string column in (string[])["Small", "Middle", "Wide", "Many"])
            Assert.Equal(data.Schema[column].Type, drawn.Schema[column].Type);
        TypedRow[] read = [.. _context.Data.CreateEnumerable<TypedRow>(drawn, reuseRowObject: false)];
        Assert.Equal(drawn.GetColumn<byte>("Small"), read.Select(row => row.Small));
        Assert.Equal([1, 2, 3, 4], read.Select(row => (int)row.Small).Distinct().Order());
        Assert.All(read, row => Assert.Equal(2u, row.Many[1]));
    }

    // Two maps fitted on rows in another order number the same values otherwise.
    [Theory]
    [InlineData(DataKind.Single)]
    [InlineData(DataKind.String)]
    public void KeysThatStandForOthersThanInTraining_AreFoundByWhatTheyStandFor(DataKind kind)
    {
        ErrorRow[] rows = Rows();
        IDataView data = Keyed(kind, rows), reversed = Keyed(kind, [.. rows.Reverse()]);
        ITransformer model = SaveAndLoad(_context.Flows.PlanarFlow(Short("Key")).Fit(data), data.Schema);
        float[] expected = [.. model.Transform(data).GetColumn<float>("Score")];

        Assert.NotEqual(data.GetColumn<uint>("Key"), reversed.GetColumn<uint>("Key").Reverse());
        Assert.Equal(expected, model.Transform(reversed).GetColumn<float>("Score").Reverse());
        float[] explained = [.. _context.Flows.ExplainRows(model, reversed, 4).Take(5)
            .Select(row => row.Sum(each => each.Contribution))];
        float[] first = [.. _context.Flows.ExplainRows(model, Keyed(kind, [.. rows.Reverse().Take(5)], data), 4)
            .Select(row => row.Sum(each => each.Contribution))];
        Assert.Equal(first, explained);
    }

    [Fact]
    public void KeysThatStandForNothingThatTrainingHad_AreUnseen()
    {
        ErrorRow[] rows = Rows();
        ITransformer model = _context.Flows.PlanarFlow(Short("Key")).Fit(Keyed(DataKind.Single, rows));
        IDataView other = Keyed(DataKind.Single, [.. rows.Select(
            row => new ErrorRow { Features = row.Features, Error = row.Error == 404 ? 403 : row.Error })]);
        FeatureContribution[][] explained = [.. _context.Flows.ExplainRows(model, other, 4).Take(3).Select(row => row.ToArray())];

        Assert.Equal(
            ["Key=unknown", "Key=500", "Key=0.5"], explained.Select(row => row.Single(each => each.Category is not null).Name));
    }

    [Fact]
    public void KeysWithoutNames_AreTakenByNumber()
    {
        TypedRow[] rows = [.. Rows().Select((row, i) => new TypedRow { Features = row.Features, Small = (byte)(i % 4) })];
        ErrorRow[] named = [.. rows.Select(row => new ErrorRow { Features = row.Features, Error = 5 - row.Small })];
        PlanarFlowEstimator flow = _context.Flows.PlanarFlow(Short("Small"));
        FlowTransformer model = flow.Fit(_context.Data.LoadFromEnumerable(rows));
        IDataView keyed = _context.Transforms.CopyColumns("Small", "Key").Fit(Keyed(DataKind.Single, named))
            .Transform(Keyed(DataKind.Single, named));

        Assert.Equal(
            model.Transform(_context.Data.LoadFromEnumerable(rows)).GetColumn<float>("Score"),
            model.Transform(keyed).GetColumn<float>("Score"));
    }

    private static PlanarFlowEstimator.Options Short(params string[] columns) =>
        new() { CategoricalColumnNames = columns, MaximumSteps = 30, NumberOfMembers = 1, Contamination = 0 };

    // Which error depends on the first feature; they first come in the order of Errors.
    private static ErrorRow[] Rows() => [.. Enumerable.Range(0, 300).Select(i => new ErrorRow
    {
        Features = [3 * (i % 3) + MathF.Sin(i), MathF.Cos(3 * i)],
        Error = Errors[i % 3],
        Whole = (int)Errors[i % 3],
    })];

    private static DataKind KindOf(DataViewType type) =>
        type is TextDataViewType ? DataKind.String : Enum.Parse<DataKind>(type.RawType.Name);

    private IDataView Keyed(DataKind kind, ErrorRow[] rows, IDataView? fittedOn = null)
    {
        IEstimator<ITransformer> map = _context.Transforms.Conversion
            .ConvertType("Value", kind == DataKind.Int32 ? "Whole" : "Error", kind)
            .Append(_context.Transforms.Conversion.MapValueToKey("Key", "Value"));
        IDataView data = _context.Data.LoadFromEnumerable(rows);
        return map.Fit(fittedOn ?? data).Transform(data);
    }

    private ITransformer SaveAndLoad(ITransformer model, DataViewSchema schema)
    {
        using var stream = new MemoryStream();
        _context.Model.Save(model, schema, stream);
        stream.Position = 0;
        return new MLContext().Model.Load(stream, out _);
    }

    private sealed class ErrorRow
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public float Error { get; set; }

        public int Whole { get; set; }
    }

    private sealed class DatedRow
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public DateTime Day { get; set; }
    }

    private sealed class TypedRow
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        // Of an object ML.NET counts a single key from 0, and keys of vectors from 1.
        [KeyType(4)]
        public byte Small { get; set; }

        [VectorType(1)]
        [KeyType(300)]
        public ushort[] Middle { get; set; } = [0];

        [KeyType(5_000_000_000)]
        public ulong Wide { get; set; }

        [VectorType(2)]
        [KeyType(2)]
        public uint[] Many { get; set; } = [0, 0];
    }
}
