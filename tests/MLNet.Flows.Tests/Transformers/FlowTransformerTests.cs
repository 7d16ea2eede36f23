using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Transformers;

public sealed class FlowTransformerTests
{
    private static readonly string[] Outputs = ["LogLikelihood", "Score", "PValue", "PredictedLabel"];
    private readonly MLContext _context = new(1);
    private readonly PlanarFlowTransformer _flow;

    public FlowTransformerTests() => _flow = TestFlows.Transformer(_context);

    [Fact]
    public void GetOutputSchema_Promised_IsDelivered()
    {
        IDataView data = View(10);
        DataViewSchema promised = _flow.GetOutputSchema(data.Schema), delivered = _flow.Transform(data).Schema;
        SchemaShape shape = _context.Flows.PlanarFlow().GetOutputSchema(MLNet.Flows.Interop.FlowSchemaShape.Of(data.Schema));

        foreach (string name in Outputs)
        {
            Assert.Equal(promised[name].Type, delivered[name].Type);
            SchemaShape.Column column = shape.Single(c => c.Name == name);
            Assert.Equal(column.ItemType, delivered[name].Type);
            Assert.Equal(
                column.Annotations.Select(a => a.Name).Order(), delivered[name].Annotations.Schema.Select(a => a.Name).Order());
        }
    }

    [Fact]
    public void Transform_ScoreColumn_CarriesMLNetsAnnotations()
    {
        DataViewSchema.Annotations annotations = _flow.Transform(View(3)).Schema["Score"].Annotations;
        ReadOnlyMemory<char> kind = default, value = default;
        uint set = 0;
        annotations.GetValue("ScoreColumnKind", ref kind);
        annotations.GetValue("ScoreValueKind", ref value);
        annotations.GetValue("ScoreColumnSetId", ref set);

        Assert.Equal(("AnomalyDetection", "Score", 1u), (kind.ToString(), value.ToString(), set));
    }

    [Fact]
    public void Transform_Twice_TakesTheNextScoreSet()
    {
        DataViewSchema schema = _flow.GetOutputSchema(_flow.GetOutputSchema(View(1).Schema));
        uint set = 0;

        schema["Score"].Annotations.GetValue("ScoreColumnSetId", ref set);

        Assert.Equal(2u, set);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(200)]
    public void Transform_BlocksRowsSpansAndEngine_GiveTheSameBits(int count)
    {
        float[][] rows = TestFlows.Rows(count);
        IDataView scored = _flow.Transform(View(count));
        var direct = new float[count];
        _flow.LogLikelihood([.. rows.SelectMany(r => r)], direct);

        int[] blocks = TestFlows.Bits(scored.GetColumn<float>("LogLikelihood"));
        int[] single = TestFlows.Bits(
            _context.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false).Select(r => r.LogLikelihood));
        var definition = SchemaDefinition.Create(typeof(Rows.Row));
        definition["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, TestFlows.FeatureCount);
        using PredictionEngine<Rows.Row, Scored> engine = _context.Model.CreatePredictionEngine<Rows.Row, Scored>(
            _flow, inputSchemaDefinition: definition);
        Scored[] predicted = [.. rows.Select(r => engine.Predict(new Rows.Row { Features = r }))];

        Assert.Equal(TestFlows.Bits(direct), blocks);
        Assert.Equal(blocks, single);
        Assert.Equal(blocks, TestFlows.Bits(predicted.Select(p => p.LogLikelihood)));
        Assert.Equal(scored.GetColumn<float>("PValue"), predicted.Select(p => p.PValue));
        Assert.Equal(scored.GetColumn<bool>("PredictedLabel"), predicted.Select(p => p.PredictedLabel));
    }

    [Fact]
    public void Transform_Columns_AgreeWithTheirMeaning()
    {
        Scored[] rows = [.. _context.Data.CreateEnumerable<Scored>(_flow.Transform(View(300)), reuseRowObject: false)];

        Assert.All(rows, row =>
        {
            Assert.Equal(-row.LogLikelihood, row.Score);
            Assert.InRange(row.PValue, 0, 1);
            Assert.Equal(row.PValue < 0.01, row.PredictedLabel);
        });
        Assert.Equal(rows.OrderBy(r => r.LogLikelihood).Select(r => r.PValue), rows.Select(r => r.PValue).Order());
    }

    [Fact]
    public void Transform_OnlyOurColumns_ReadsOnlyTheFeatures()
    {
        IDataView data = _context.Transforms
            .CustomMapping<Rows.Row, Trap>(
                (_, _) => throw new InvalidOperationException("a column nobody asked for was computed"), null)
            .Fit(View(5)).Transform(View(5));

        Assert.Equal(5, _flow.Transform(data).GetColumn<float>("Score").Count());
    }

    [Fact]
    public void GetRowCursorSet_InParallel_GivesEveryRowOnce()
    {
        IDataView scored = _flow.Transform(_context.Data.Cache(View(2000)));
        DataViewSchema.Column id = scored.Schema["Weight"], score = scored.Schema["Score"];
        DataViewRowCursor[] cursors = scored.GetRowCursorSet([id, score], 4);
        var results = new System.Collections.Concurrent.ConcurrentDictionary<float, float>();
        Parallel.ForEach(cursors, cursor =>
        {
            using (cursor)
            {
                ValueGetter<float> getId = cursor.GetGetter<float>(id), getScore = cursor.GetGetter<float>(score);
                float i = 0, s = 0;
                while (cursor.MoveNext())
                {
                    getId(ref i);
                    getScore(ref s);
                    Assert.True(results.TryAdd(i, s));
                }
            }
        });

        float[] expected = [.. scored.GetColumn<float>("Score")];
        Assert.Equal(2000, results.Count);
        Assert.All(results, pair => Assert.Equal(expected[(int)pair.Key], pair.Value));
    }

    [Fact]
    public async Task LogLikelihood_FromManyThreads_IsThatOfOne()
    {
        float[] rows = [.. TestFlows.Rows(500).SelectMany(r => r)];
        var expected = new float[500];
        _flow.LogLikelihood(rows, expected);

        float[][] results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
        {
            var result = new float[500];
            for (int i = 0; i < 20; i++)
                _flow.LogLikelihood(rows, result);
            return result;
        })));

        Assert.All(results, result => Assert.Equal(expected, result));
    }

    [Fact]
    public void Transform_ThroughMLNetsViews_KeepsScores()
    {
        float[] scores = [.. _flow.Transform(View(150)).GetColumn<float>("Score")];
        IDataView scored = _flow.Transform(View(150));

        Assert.Equal(scores[10..20], _context.Data.TakeRows(_context.Data.SkipRows(scored, 10), 10).GetColumn<float>("Score"));
        Assert.Equal(scores, _context.Data.Cache(scored).GetColumn<float>("Score"));
        Assert.Equal(scores.Order(), _context.Data.ShuffleRows(scored, seed: 3).GetColumn<float>("Score").Order());
    }

    [Fact]
    public void Transform_SparseFeatures_ScoreAsDense()
    {
        IDataView dense = View(1);
        float[] sparseRow = [0, 0, 7, 0, 0];
        IDataView data = _context.Data.LoadFromEnumerable([new SparseRow { Features = new VBuffer<float>(5, 1, [7f], [2]) }]);

        var result = new float[1];
        _flow.LogLikelihood(sparseRow, result);

        Assert.Equal(result[0], _flow.Transform(data).GetColumn<float>("LogLikelihood").Single());
        Assert.Equal(5, ((VectorDataViewType)dense.Schema["Features"].Type).Size);
    }

    [Fact]
    public void Transform_FeaturesReadToo_ComeAsTheyAre()
    {
        SparseRow[] rows = [.. Enumerable.Range(0, 100).Select(i => new SparseRow
        {
            Features = i % 3 == 0 ? new VBuffer<float>(5, 1, [i], [2]) : new VBuffer<float>(5, [i, 1, 2, 3, 4]),
        })];
        IDataView scored = _flow.Transform(_context.Data.LoadFromEnumerable(rows));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Features"], scored.Schema["Score"]]);
        ValueGetter<VBuffer<float>> read = cursor.GetGetter<VBuffer<float>>(scored.Schema["Features"]);

        VBuffer<float> features = default;
        foreach (SparseRow row in rows)
        {
            Assert.True(cursor.MoveNext());
            read(ref features);
            Assert.Equal(row.Features.IsDense, features.IsDense);
            Assert.Equal(row.Features.DenseValues(), features.DenseValues());
        }

        Assert.False(cursor.MoveNext());
        Assert.Throws<InvalidOperationException>(() => read(ref features));
    }

    [Fact]
    public void LogLikelihood_WrongLength_SaysBoth()
    {
        var error = Assert.Throws<ArgumentException>(() => _flow.LogLikelihood(new float[9], new float[2]));

        Assert.Contains("There are 9 features for 2 results, but 5 features a row make 10.", error.Message);
    }

    [Fact]
    public void WithFalseAlarmRate_OnChainAndLoaded_ChangesAlarmsOnly()
    {
        TransformerChain<PlanarFlowTransformer> chain = new TransformerChain<ITransformer>().Append(_flow);
        using var zip = new MemoryStream();
        _context.Model.Save(chain, View(1).Schema, zip);
        ITransformer loaded = _context.Model.Load(zip, out _);
        IDataView data = View(500);

        ITransformer untyped = chain;
        TransformerChain<TransformerChain<PlanarFlowTransformer>> nested = new TransformerChain<ITransformer>().Append(chain);

        foreach (ITransformer model in (ITransformer[])[
            chain.WithFalseAlarmRate(0.3), loaded.WithFalseAlarmRate(0.3), untyped.WithFalseAlarmRate(0.3),
            nested.WithFalseAlarmRate(0.3), _flow.WithFalseAlarmRate(0.3)])
        {
            IDataView scored = model.Transform(data);
            Assert.Equal(scored.GetColumn<float>("PValue").Select(p => p < 0.3f), scored.GetColumn<bool>("PredictedLabel"));
            Assert.Equal(_flow.Transform(data).GetColumn<float>("Score"), scored.GetColumn<float>("Score"));
        }

        Assert.Equal(0.3, chain.WithFalseAlarmRate(0.3).LastTransformer.FalseAlarmRate);
        Assert.Equal(0.01, chain.LastTransformer.FalseAlarmRate);
    }

    [Fact]
    public void WithFalseAlarmRate_OutOfRangeOrWithoutFlow_Throws()
    {
        Assert.Contains("The false-alarm rate is 1.5, but it is in [0, 1].",
            Assert.Throws<ArgumentOutOfRangeException>(() => _flow.WithFalseAlarmRate(1.5)).Message);
        ITransformer other = _context.Transforms.CopyColumns("A", "Weight").Fit(View(1));
        Assert.Contains("holds no flow", Assert.Throws<ArgumentException>(() => other.WithFalseAlarmRate(0.1)).Message);
    }

    [Fact]
    public void FindFlow_InAChainOrAlone_IsTheLastFlow()
    {
        FlowTransformer first = TestFlows.Transformer(_context), last = TestFlows.RealNvp(_context);
        ITransformer after = _context.Transforms.CopyColumns("Copy", "Score").Fit(first.Transform(View(1)));
        ITransformer nested = new TransformerChain<ITransformer>(first, new TransformerChain<ITransformer>(last, after));

        Assert.Same(first, first.FindFlow());
        Assert.Same(last, nested.FindFlow());
    }

    [Fact]
    public void FindFlow_WhereThereIsNone_SaysWhatTheModelIs()
    {
        ITransformer copy = _context.Transforms.CopyColumns("A", "Weight").Fit(View(1));

        Assert.Equal(
            "The model holds no flow: it is a ColumnCopyingTransformer. Append one, for example mlContext.Flows.PlanarFlow().",
            Assert.Throws<ArgumentException>(() => copy.FindFlow()).Message);
        Assert.Contains(
            "it is a chain of ColumnCopyingTransformer.",
            Assert.Throws<ArgumentException>(() => new TransformerChain<ITransformer>(copy).FindFlow()).Message);
        Assert.Throws<ArgumentNullException>(() => ((ITransformer)null!).FindFlow());
    }

    [Fact]
    public void GetGetter_OfAnInactiveColumnOrWrongType_Throws()
    {
        IDataView scored = _flow.Transform(View(3));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);

        Assert.Contains(
            "'PValue' was not asked for",
            Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float>(scored.Schema["PValue"])).Message);
        Assert.Contains(
            "'Score' is Single",
            Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<double>(scored.Schema["Score"])).Message);
    }

    // Weight holds the row's number.
    private IDataView View(int count) =>
        Rows.View(_context, TestFlows.Rows(count), [.. Enumerable.Range(0, count).Select(i => (float)i)]);

    private sealed class Scored
    {
        public float LogLikelihood { get; set; }

        public float Score { get; set; }

        public float PValue { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class Trap
    {
        public float Trapped { get; set; }
    }

    private sealed class SparseRow
    {
        [VectorType(5)]
        public VBuffer<float> Features { get; set; }
    }
}
