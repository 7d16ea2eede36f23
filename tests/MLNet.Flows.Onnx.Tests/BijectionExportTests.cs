using Microsoft.ML;
using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.Bijections;
using MLNet.Flows.Tests.Transformers;

namespace MLNet.Flows.Onnx.Tests;

/// <summary>The export law: every line of the table of bijections converts to what it computes here, or says why not.</summary>
public sealed class BijectionExportTests(ITestOutputHelper output)
{
    // What has no ONNX, with the reason in words that the refusal must hold. Nothing has none.
    private static readonly Dictionary<string, string> Refused = [];
    private readonly MLContext _context = new(seed: 1);

    public static TheoryData<string> All => [.. BijectionTable.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void ConvertToOnnx_EveryBijection_ScoresAsHereOrSaysWhyNot(string name)
    {
        FlowModel model = ModelOf(BijectionTable.Create(name));
        var flow = new PlanarFlowTransformer(_context, model);
        int features = model.Density.FeatureCount, given = model.Density.ContextColumns;
        float[][] rows = Draw(300, features, seed: 3), contexts = Draw(300, given, seed: 4);
        IDataView View(float[][] some) => GivenRows.View(_context, some, contexts);
        if (Refused.TryGetValue(name, out string? reason))
        {
            var error = Assert.ThrowsAny<Exception>(() => OnnxSession.Convert(_context, flow, View(rows)));
            Assert.Contains(reason, error.ToString());
            return;
        }

        using OnnxSession session = OnnxSession.Of(_context, flow, View(rows));
        (double largest, double median) = Scores.Of(flow, View(rows)).AssertEqual(session.Run(View(rows)), model);
        output.WriteLine($"{name}: largest error {largest:g2}, median {median:g2}");
    }

    // A flow of this map alone, before a normal base, whose p-values are those of 1,000 rows.
    private static FlowModel ModelOf(Bijection bijection)
    {
        int d = bijection.Dimension, given = bijection.ContextColumns;
        float[] ones = [.. Enumerable.Repeat(1f, given)], zeros = new float[given];
        var density = new FlowDensity(
            new ColumnPartition(d, [], new PlateauConstants([], [])),
            new Transformed([bijection], new DiagonalNormal(new float[d], [.. Enumerable.Repeat(2f, d)])),
            given == 0 ? null : new ContextScale(zeros, ones, [.. ones.Select(_ => -2f)], [.. ones.Select(_ => 2f)]));
        var likelihoods = new float[1000];
        density.LogProb(
            [.. Draw(1000, d, seed: 5).SelectMany(row => row)],
            [.. Draw(1000, given, seed: 6).SelectMany(row => row)],
            likelihoods,
            density.CreateWorkspace());
        return TestFlows.Model() with
        {
            Density = new RowDensity(density),
            Quantiles = LikelihoodQuantiles.Fit(likelihoods, []),
            Columns = new FlowColumnNames(Context: given == 0 ? null : "Given"),
        };
    }

    private static float[][] Draw(int count, int columns, int seed)
    {
        var random = new RandomStream(seed, 78);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double spread = Math.Exp(random.NextGaussian());
            return Enumerable.Range(0, columns).Select(_ => (float)(spread * random.NextGaussian())).ToArray();
        })];
    }
}
