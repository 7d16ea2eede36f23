using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.EndToEnd;

/// <summary>Rows of another length than their type promises are refused wherever features are read.</summary>
public sealed class VectorLengthTests
{
    private readonly MLContext _context = new(1);

    public static TheoryData<float[]?, int> WrongRows { get; } =
        new() { { null, 0 }, { [], 0 }, { [5, 5], 2 }, { [5, 5, 5, 5], 4 } };

    [Theory]
    [MemberData(nameof(WrongRows))]
    public void Fit_RowOfAnotherLength_NamesBothCounts(float[]? row, int length)
    {
        var error = Assert.Throws<ArgumentException>(() => _context.Flows.PlanarFlow().Fit(View(row)));

        Assert.Equal(Message(length), error.Message);
    }

    [Theory]
    [MemberData(nameof(WrongRows))]
    public void Transform_RowOfAnotherLength_IsRefusedOnEveryPath(float[]? row, int length)
    {
        IDataView scored = Model().Transform(View(row));

        // In blocks, in blocks with the features read too, and row by row, because another column cannot be kept.
        foreach (string[] columns in
            (string[][])[["Score"], ["Score", "Features"], ["PValue", "Features", "Tag"], ["Score", "Tag"]])
        {
            var scores = new List<float>();
            var error = Assert.Throws<ArgumentException>(() => Read(scored, columns, scores));

            Assert.Equal(Message(length), error.Message);
            Assert.True(scores.Count <= 64, $"{scores.Count} rows were scored");
        }

        foreach (DataViewRowCursor cursor in scored.GetRowCursorSet([scored.Schema["Score"]], 2))
        {
            using (cursor)
            {
                Assert.Equal(Message(length), Assert.Throws<ArgumentException>(() =>
                {
                    while (cursor.MoveNext())
                    {
                    }
                }).Message);
            }
        }
    }

    [Fact]
    public void Transform_SparseRowOfAnotherLength_IsRefused()
    {
        PlanarFlowTransformer model = Model();
        SparseRow[] rows = [new(3), new(2)];
        var schema = SchemaDefinition.Create(typeof(SparseRow));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3);
        IDataView view = _context.Data.LoadFromEnumerable(rows, schema);

        var error = Assert.Throws<ArgumentException>(() => model.Transform(view).GetColumn<float>("Score").Count());
        var fit = Assert.Throws<ArgumentException>(() => _context.Flows.PlanarFlow().Fit(view));

        Assert.Equal(
            "Column 'Features' has 2 values in row 1, but its type promises 3. Give every row 3 values, with NaN for missing "
            + "ones.",
            error.Message);
        Assert.Equal(error.Message, fit.Message);
    }

    // Nothing of one request may reach the next.
    [Theory]
    [MemberData(nameof(WrongRows))]
    public void Predict_RowOfAnotherLength_IsRefusedAndTheNextRowIsScoredAsBefore(float[]? row, int length)
    {
        PredictionEngine<Row, Scored> engine = _context.Model.CreatePredictionEngine<Row, Scored>(Model());
        float expected = engine.Predict(new Row { Features = [0.5f, 1, 0] }).Score;

        var error = Assert.Throws<ArgumentException>(() => engine.Predict(new Row { Features = row! }));

        Assert.Contains($"has {Values(length)} in row", error.Message);
        Assert.Contains("promises 3", error.Message);
        Assert.Equal(expected, engine.Predict(new Row { Features = [0.5f, 1, 0] }).Score);
    }

    [Theory]
    [MemberData(nameof(WrongRows))]
    public void Explain_RowOfAnotherLength_NamesBothCounts(float[]? row, int length)
    {
        PlanarFlowTransformer model = Model();

        var one = Assert.Throws<ArgumentException>(() => _context.Flows.Explain(model, new Row { Features = row! }));
        var many = Assert.Throws<ArgumentException>(() => _context.Flows.ExplainRows(model, View(row), 1).Count());

        Assert.Equal(Message(length, 0), one.Message);
        Assert.Equal(Message(length), many.Message);
    }

    private static string Values(int length) => $"{length} value{(length == 1 ? "" : "s")}";

    private static string Message(int length, int row = 64) =>
        $"Column 'Features' has {Values(length)} in row {row}, but its type promises 3. Give every row 3 values, with NaN for "
        + "missing ones.";

    private static void Read(IDataView view, string[] columns, List<float> scores)
    {
        using DataViewRowCursor cursor = view.GetRowCursor(columns.Select(name => view.Schema[name]));
        ValueGetter<float> score = cursor.GetGetter<float>(view.Schema[columns[0]]);
        ValueGetter<VBuffer<float>>? features = columns.Contains("Features")
            ? cursor.GetGetter<VBuffer<float>>(view.Schema["Features"])
            : null;
        float value = 0;
        VBuffer<float> buffer = default;
        while (cursor.MoveNext())
        {
            score(ref value);
            features?.Invoke(ref buffer);
            scores.Add(value);
        }
    }

    private PlanarFlowTransformer Model() => _context.Flows
        .PlanarFlow(new PlanarFlowEstimator.Options { Contamination = 0, MaximumSteps = 20, CalibrationFolds = 0, Seed = 1 })
        .Fit(Rows.View(_context, Rows.Normal(200, 3)));

    // 64 good rows, then this one.
    private IDataView View(float[]? row) => _context.Data.LoadFromEnumerable(
        Rows.Normal(64, 3).Append(row).Select(features => new Row { Features = features!, Tag = new Tag() }));

    private sealed class Row
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];

        [TagType]
        public Tag Tag { get; set; } = new();
    }

    private sealed class Scored
    {
        public float Score { get; set; }
    }

    private sealed class SparseRow(int length)
    {
        public VBuffer<float> Features { get; set; } = new(length, 1, [2f], [1]);
    }

    // An application's own type, which is not kept while rows are read ahead.
    private sealed class Tag;

    private sealed class TagTypeAttribute : DataViewTypeAttribute
    {
        public override bool Equals(DataViewTypeAttribute? other) => other is TagTypeAttribute;

        public override bool Equals(object? obj) => obj is TagTypeAttribute;

        public override int GetHashCode() => 0;

        public override void Register() => DataViewTypeManager.Register(TagDataViewType.Instance, typeof(Tag), this);
    }

    private sealed class TagDataViewType() : StructuredDataViewType(typeof(Tag))
    {
        public static readonly TagDataViewType Instance = new();

        public override bool Equals(DataViewType? other) => other is TagDataViewType;
    }
}
