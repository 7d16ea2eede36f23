using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Tests.Transformers;

namespace MLNet.Flows.Tests.Estimators.Consensus;

/// <summary>What a consensus owes beyond the laws of all flows, which it passes as a line of the table of flows.</summary>
public sealed class ConsensusEstimatorTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void Fit_Members_AreThoseThatTheyAreAlone()
    {
        float[][] rows = Rows.Normal(300, 3);
        IDataView data = Rows.View(_context, rows), fresh = Rows.View(_context, Rows.Normal(100, 3, seed: 2));

        ConsensusTransformer model = _context.Flows.Consensus(Planar(), Nice()).Fit(data);

        double[][] alone =
        [
            LogLikelihoods(Planar().Fit(data), fresh),
            LogLikelihoods(Nice().Fit(data), fresh),
        ];
        double[] mixture = LogLikelihoods(model, fresh);
        float[] scores = Rows.Scores(model, fresh);
        for (int i = 0; i < scores.Length; i++)
        {
            Assert.Equal(-0.5 * (alone[0][i] + alone[1][i]), scores[i], 1e-5);
            Assert.Equal(Math.Log(0.5 * (Math.Exp(alone[0][i]) + Math.Exp(alone[1][i]))), mixture[i], 1e-5);
        }

        Assert.Equal(["PlanarFlow", "Nice"], model.Members.Select(member => member.Name));
        Assert.All(model.Members, member => Assert.NotEmpty(member.History.Progress));
    }

    [Fact]
    public void Fit_OneMember_GivesItsBitsAndPValues()
    {
        IDataView data = Rows.View(_context, Rows.Normal(300, 3));

        IDataView alone = Planar().Fit(data).Transform(data);
        IDataView consensus = _context.Flows.Consensus(Planar()).Fit(data).Transform(data);

        foreach (string column in (string[])["LogLikelihood", "Score", "PValue"])
            Assert.Equal(TestFlows.Bits(alone.GetColumn<float>(column)), TestFlows.Bits(consensus.GetColumn<float>(column)));
        Assert.Equal(alone.GetColumn<bool>("PredictedLabel"), consensus.GetColumn<bool>("PredictedLabel"));
    }

    [Fact]
    public void Fit_OverASource_ReadsItOnce()
    {
        int readings = 0;
        IEnumerable<Rows.Row> Source()
        {
            readings++;
            foreach (float[] row in Rows.Normal(60, 2))
                yield return new Rows.Row { Features = row };
        }

        SchemaDefinition schema = SchemaDefinition.Create(typeof(Rows.Row));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 2);

        _context.Flows.Consensus(Planar(steps: 20), Nice(steps: 20), Planar(steps: 20))
            .Fit(_context.Data.LoadFromEnumerable(Source(), schema));

        Assert.Equal(1, readings);
    }

    // The flows have more weights than there are rows: without held-out likelihoods, twice as many fresh rows would alarm.
    [Theory]
    [InlineData(300, 0.05)]
    [InlineData(1000, 0.05)]
    public void PValue_OfFreshRows_RanksScoreAndIsCalibrated(int trained, double rate)
    {
        const int Fresh = 20_000;
        ConsensusTransformer model = _context.Flows.Consensus(
            _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { Contamination = 0, Seed = 1 }),
            _context.Flows.Nice(new NiceEstimator.Options { Contamination = 0, Seed = 2, MaximumSteps = 300 }))
            .Fit(Rows.View(_context, Rows.Normal(trained, 6)));

        IDataView scored = model.Transform(Rows.View(_context, Rows.Normal(Fresh, 6, seed: 2)));

        float[] p = [.. scored.GetColumn<float>("PValue")], scores = [.. scored.GetColumn<float>("Score")];
        double alarms = p.Average(value => value < rate ? 1.0 : 0);
        Assert.InRange(alarms, 0.4 * rate, 1.5 * rate);
        Array.Sort(scores, p);
        Assert.All(p.Zip(p.Skip(1)), pair => Assert.True(pair.First >= pair.Second));
    }

    [Fact]
    public void Evaluate_OfAConsensus_ReportsTheMeanOfLogLikelihood()
    {
        IDataView data = Rows.View(_context, Rows.Normal(200, 2));
        IDataView scored = _context.Transforms.Expression("Label", "x => x < 0", "Weight").Fit(data).Transform(
            _context.Flows.Consensus(Planar(), Nice()).Fit(data).Transform(data));

        FlowMetrics metrics = _context.Flows.Evaluate(scored);
        FlowMetrics named = _context.Flows.Evaluate(scored, logLikelihoodColumnName: "Score");
        FlowMetrics byScore = _context.Flows.Evaluate(
            _context.Transforms.DropColumns("LogLikelihood").Fit(scored).Transform(scored));

        Assert.Equal(scored.GetColumn<float>("LogLikelihood").Average(x => (double)x), metrics.MeanLogLikelihood, 1e-9);
        Assert.Equal(-scored.GetColumn<float>("Score").Average(x => (double)x), byScore.MeanLogLikelihood, 1e-9);
        Assert.True(metrics.MeanLogLikelihood > byScore.MeanLogLikelihood);
        Assert.Equal(-byScore.MeanLogLikelihood, named.MeanLogLikelihood, 1e-9);
    }

    [Fact]
    public void Transform_ByEngineArrayAndBlock_IsTheSameBits()
    {
        float[][] rows = Rows.Normal(200, 2);
        IDataView data = Rows.View(_context, rows);
        ConsensusTransformer model = _context.Flows.Consensus(Planar(), Nice()).Fit(data);
        var schema = SchemaDefinition.Create(typeof(Rows.Row));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 2);
        using var engine = _context.Model.CreatePredictionEngine<Rows.Row, Scored>(model, inputSchemaDefinition: schema);
        var array = new float[rows.Length];

        model.Score([.. rows.SelectMany(row => row)], array);

        float[] block = Rows.Scores(model, data);
        Assert.Equal(TestFlows.Bits(block), TestFlows.Bits(array));
        model.PValue([.. rows.SelectMany(row => row)], array);
        Assert.Equal(TestFlows.Bits(model.Transform(data).GetColumn<float>("PValue")), TestFlows.Bits(array));
        model.PValue([float.NaN, 0], array.AsSpan(0, 1));
        Assert.True(float.IsNaN(array[0]));
        Assert.Equal(
            TestFlows.Bits(block), TestFlows.Bits(rows.Select(row => engine.Predict(new Rows.Row { Features = row }).Score)));
    }

    [Fact]
    public void Chain_EndingInAConsensus_SamplesExplainsAndChangesItsRate()
    {
        IDataView data = Rows.View(_context, Rows.Normal(200, 2));
        ITransformer chain = _context.Transforms.CopyColumns("Copy", "Features")
            .Append(_context.Flows.Consensus(Planar(), Nice())).Fit(data);

        IDataView drawn = _context.Flows.Sample(chain, 50, seed: 1);
        IReadOnlyList<FeatureContribution>[] explained = [.. _context.Flows.ExplainRows(chain, data, numberOfFeatures: 2)];

        Assert.IsType<ConsensusTransformer>(chain.WithFalseAlarmRate(0.2).FindFlow());
        Assert.Equal(0.2, chain.WithFalseAlarmRate(0.2).FindFlow().FalseAlarmRate);
        Assert.Equal(
            TestFlows.Bits(chain.Transform(drawn).GetColumn<float>("LogLikelihood")),
            TestFlows.Bits(drawn.GetColumn<float>("LogLikelihood")));
        float[] reference = [.. explained[0].OrderBy(part => part.Index).Select(part => part.Reference)];
        Assert.All(
            explained,
            parts => Assert.Equal(reference, parts.OrderBy(part => part.Index).Select(part => part.Reference)));
    }

    // Every member puts a departure below its own training rows; then so does their mean.
    [Fact]
    public void Score_OfADepartureFromAConstant_IsAboveAllTrainingRows()
    {
        float[][] rows = [.. Rows.Normal(200, 2).Select(row => (float[])[.. row, 7]), [1000, -1000, 7]];
        ConsensusTransformer model = _context.Flows.Consensus(Planar(), Nice()).Fit(Rows.View(_context, rows));

        float[] scores = Rows.Scores(model, Rows.View(_context, [.. rows, [0, 0, 8]]));

        Assert.True(scores[^1] > scores[..^1].Max());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fit_FewerRowsThanMembers_GivesAFiniteDensity(int count)
    {
        float[][] rows = Rows.Normal(count, 2);

        ConsensusTransformer model = _context.Flows.Consensus(Planar(), Nice(), Planar(), Nice()).Fit(Rows.View(_context, rows));

        Assert.Equal(4, model.Members.Count);
        Assert.All(Rows.Scores(model, Rows.View(_context, rows)), score => Assert.True(float.IsFinite(score)));
    }

    [Fact]
    public void Fit_DataWithAPlaceholder_IsWarnedOfOnce()
    {
        var log = new List<string>();
        var context = new MLContext(1);
        context.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                log.Add(message.RawMessage);
        };
        float[][] rows = [.. Rows.Normal(200, 2), [-99999, 0], [-99999, 1], [float.NaN, 0]];

        context.Flows.Consensus(Planar(steps: 20), Nice(steps: 20)).Fit(Rows.View(context, rows));

        Assert.Single(log, line => line.Contains("-99999", StringComparison.Ordinal));
        Assert.Single(log, line => line.StartsWith("Skipped 1 of 203 rows", StringComparison.Ordinal));
    }

    private PlanarFlowEstimator Planar(int steps = 200) => _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
    {
        Contamination = 0,
        Seed = 3,
        MaximumSteps = steps,
    });

    private NiceEstimator Nice(int steps = 200) => _context.Flows.Nice(new NiceEstimator.Options
    {
        Contamination = 0,
        Seed = 4,
        HiddenUnits = [16],
        MaximumSteps = steps,
    });

    private static double[] LogLikelihoods(ITransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float>("LogLikelihood").Select(value => (double)value)];

    private sealed class Scored
    {
        public float Score { get; set; }
    }
}
