using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Model;

namespace MLNet.Flows.Tests.EndToEnd.Categories;

/// <summary>Texts and keys that are unlike others: what is learnt is what is saved.</summary>
public sealed class CategoryValuesTests
{
    private readonly MLContext _context = new(3);

    // What Substring leaves of emojis.
    [Fact]
    public void TextWithHalfASurrogatePair_ScoresTheSameAfterLoading()
    {
        MixedRow[] rows = KnownMixture.Draw(300, 1);
        for (int i = 0; i < rows.Length; i++)
            rows[i].Color = "\ud83d\ude00\ud83d\ude01"[..(1 + i % 3)] + (i % 2 == 0 ? "\ude01" : "");
        IDataView view = KnownMixture.View(_context, rows);
        FlowTransformer model = _context.Flows.PlanarFlow(Short("Color")).Fit(view);

        ITransformer loaded = SaveAndLoad(model, view.Schema);

        Assert.Equal(
            model.Transform(view).GetColumn<float>("Score"), loaded.Transform(view).GetColumn<float>("Score"));
        Assert.InRange(loaded.Transform(view).GetColumn<bool>("PredictedLabel").Count(alarm => alarm), 0, 30);
    }

    [Fact]
    public void Code_OfTextsThatUtf8CannotTellApart_IsOne()
    {
        var dictionary = new CategoryDictionary("Text");
        int first = dictionary.Code("a\ud83d", learn: true);

        Assert.Equal(first, dictionary.Code("a\ud83e", learn: true));
        Assert.Equal(first, dictionary.Code("a\ufffd", learn: false));
        Assert.Equal("a\ufffd", dictionary.Text(first));
        Assert.Equal(first + 1, dictionary.Code("a\ud83d\ude00", learn: true));
        Assert.Equal("a\ud83d\ude00", dictionary.Text(first + 1));
        Assert.Equal(2, dictionary.Count);
    }

    [Fact]
    public void Code_OfWellFormedText_TakesNoMemory()
    {
        var dictionary = new CategoryDictionary("Text");
        dictionary.Code("a\ud83d\ude00", learn: true);
        int sum = dictionary.Code("a\ud83d\ude00", learn: false) + dictionary.Code("b\ud83d\ude00", learn: false);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            sum += dictionary.Code("a\ud83d\ude00", learn: false) + dictionary.Code("b\ud83d\ude00", learn: false);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, sum);
    }

    [Fact]
    public void KeyOfAVectorBeyondItsType_IsRefusedAtFitAndTransform()
    {
        IDataView Keys(uint beyond) => _context.Data.LoadFromEnumerable(Enumerable.Range(0, 60).Select(i => new KeyRow
        {
            Features = [i % 7, MathF.Sin(i)],
            Keys = [(uint)(i % 3), i == 40 ? beyond : (uint)(i % 5)],
        }));
        PlanarFlowEstimator flow = _context.Flows.PlanarFlow(Short("Keys"));
        FlowTransformer model = flow.Fit(Keys(4));
        const string fault = "Column 'Keys' holds the key 9 in slot 1 of row 40, but its type promises keys of 1 to 4";

        Assert.StartsWith(fault, Assert.Throws<ArgumentException>(() => flow.Fit(Keys(9))).Message);
        Assert.StartsWith(fault, Assert.Throws<ArgumentException>(
            () => model.Transform(Keys(9)).GetColumn<float>("Score").ToArray()).Message);
        Assert.Equal(60, SaveAndLoad(model, Keys(4).Schema).Transform(Keys(4)).GetColumn<float>("Score").Count(float.IsFinite));
    }

    private static PlanarFlowEstimator.Options Short(params string[] columns) =>
        new() { CategoricalColumnNames = columns, MaximumSteps = 30, NumberOfMembers = 1 };

    private ITransformer SaveAndLoad(ITransformer model, DataViewSchema schema)
    {
        using var stream = new MemoryStream();
        _context.Model.Save(model, schema, stream);
        stream.Position = 0;
        return new MLContext().Model.Load(stream, out _);
    }

    private sealed class KeyRow
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        [VectorType(2)]
        [KeyType(4)]
        public uint[] Keys { get; set; } = [];
    }
}
