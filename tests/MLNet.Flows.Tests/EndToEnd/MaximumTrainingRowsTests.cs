using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.Transformers;
using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.EndToEnd;

public sealed class MaximumTrainingRowsTests
{
    private const int Seed = 5;
    private readonly List<string> _messages = [];
    private readonly MLContext _context;

    public MaximumTrainingRowsTests()
    {
        _context = new MLContext(seed: 1);
        _context.Log += (_, log) =>
        {
            if (log.Kind != ChannelMessageKind.Trace)
                _messages.Add(log.RawMessage);
        };
    }

    // Weights, context and categories must stay with their rows, and rows that were given up must leave nothing behind.
    [Fact]
    public void Fit_OfMoreRowsThanAreKept_IsTheFlowOfTheSampleAlone()
    {
        const int Kept = 300;
        Given[] rows = Draw(2000);
        Given[] usable = [.. rows.Where(row => float.IsFinite(row.Features[0]) && row.Weight > 0)];
        var reservoir = new RowReservoir(Kept, Seed);
        var sample = new SortedSet<int>();
        var places = new int[Kept];
        for (int row = 0; row < usable.Length; row++)
        {
            int place = reservoir.Next();
            if (place >= 0)
                places[place] = row;
        }

        sample.UnionWith(places);

        FlowTransformer limited = Fit(rows, Kept);
        FlowTransformer alone = Fit([.. sample.Select(row => usable[row])], limit: null);

        IDataView probe = View(Draw(100, seed: 9, gaps: false));
        Assert.Equal(TestFlows.Bits(Rows.Scores(alone, probe)), TestFlows.Bits(Rows.Scores(limited, probe)));
        Assert.Equal(
            TestFlows.Bits(alone.Transform(probe).GetColumn<float>("PValue")),
            TestFlows.Bits(limited.Transform(probe).GetColumn<float>("PValue")));
        Assert.Equal(Kept, limited.History.RowsUsed);
        string message = Assert.Single(_messages, message => message.Contains("MaximumTrainingRows"));
        Assert.Contains($"a random sample of 300 of {usable.Length:N0} usable rows", message);
    }

    [Fact]
    public void Fit_OfAsManyRowsAsAreKept_IsTheFlowWithoutALimit()
    {
        Given[] rows = Draw(400, gaps: false);

        int[] limited = TestFlows.Bits(Rows.Scores(Fit(rows, 400), View(rows)));

        Assert.Equal(TestFlows.Bits(Rows.Scores(Fit(rows, limit: null), View(rows))), limited);
        Assert.DoesNotContain(_messages, message => message.Contains("MaximumTrainingRows"));
    }

    [Theory]
    [InlineData(16, 1_000_000)]
    [InlineData(100, 1_000_000)]
    [InlineData(1000, 100_000)]
    [InlineData(int.MaxValue, 1)]
    public void Default_ByColumns_BoundsRowsAndValues(int columns, int rows) =>
        Assert.Equal(rows, new RowLimit(null, 1).Of(columns));

    [Fact]
    public void Consensus_OfMembersWithDifferentLimits_SaysWhoHasWhich()
    {
        string fault = Assert.Throws<ArgumentException>(() => _context.Flows.Consensus(
            _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { MaximumTrainingRows = 10 }),
            _context.Flows.Nice())).Message;

        Assert.Contains("MaximumTrainingRows is 10 for member 1 (PlanarFlow) but not set for member 2 (Nice).", fault);
    }

    [Fact]
    public void AnomalyDetector_WithALimit_TrainsAllMembersOnTheSample()
    {
        var options = new AnomalyDetectorEstimator.Options { Contamination = 0.1, MaximumTrainingRows = 200 };

        ConsensusTransformer model = _context.Flows.AnomalyDetector(options).Fit(Rows.View(_context, Rows.Normal(500, 2)));

        Assert.All(model.Members, member => Assert.Equal(200, member.History.RowsUsed));
        options.MaximumTrainingRows = 0;
        Assert.Contains(
            "MaximumTrainingRows is 0", Assert.Throws<ArgumentException>(() => _context.Flows.AnomalyDetector(options)).Message);
    }

    private FlowTransformer Fit(Given[] rows, int? limit) => _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
    {
        CategoricalColumnNames = ["Text"],
        ContextColumnName = "Context",
        ExampleWeightColumnName = "Weight",
        MaximumTrainingRows = limit,
        MaximumSteps = 100,
        NumberOfMembers = 1,
        Seed = Seed,
    }).Fit(View(rows));

    private IDataView View(Given[] rows) => _context.Data.LoadFromEnumerable(rows);

    private static Given[] Draw(int count, int seed = 1, bool gaps = true)
    {
        var random = new RandomStream(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                var c = (float)random.NextGaussian();
                return new Given
                {
                    Features = [gaps && i % 11 == 0 ? float.NaN : c + (float)random.NextGaussian(), (float)random.NextGaussian()],
                    Context = [c],
                    Weight = gaps && i % 13 == 0 ? 0 : 1 + i % 3,
                    Text = $"value {random.NextInt32(200)}",
                };
            }),
        ];
    }

    private sealed class Given
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        [VectorType(1)]
        public float[] Context { get; set; } = [];

        public float Weight { get; set; }

        public string Text { get; set; } = "";
    }
}
