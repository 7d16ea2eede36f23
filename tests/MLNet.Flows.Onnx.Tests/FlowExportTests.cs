using Microsoft.ML;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Tests.Flows;

namespace MLNet.Flows.Onnx.Tests;

/// <summary>Every flow of the table of flows converts, and ONNX Runtime scores as it does.</summary>
public sealed class FlowExportTests(ITestOutputHelper output)
{
    private readonly MLContext _context = new(seed: 1);

    public static TheoryData<string> All => [.. FlowTable.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void ConvertToOnnx_EveryFlow_ScoresAsHere(string name)
    {
        FlowOptions options = FlowTable.Options(name);
        options.LatentColumnName = name == "consensus" ? null : "Latent";
        FlowTransformer model = FlowTable.Create(_context, name, options).Fit(View(Draw(400)));
        using OnnxSession session = OnnxSession.Of(_context, model, View(Draw(1)));
        foreach (int count in new[] { 500, 10_000 })
        {
            IDataView data = View([.. FarAndMissing(), .. Draw(count, seed: 2)]);
            Scores expected = Scores.Of(model, data);

            (double largest, double median) = expected.AssertEqual(session.Run(data), model.Model);

            output.WriteLine($"{name}: {session.Bytes.Length} bytes, largest error {largest:g2}, median {median:g2}");
            if (count == 500)
                expected.AssertEqual(session.Run(data, batch: 1), model.Model);
        }
    }

    private static float[][] FarAndMissing() =>
    [
        [float.NaN, 0, 7, 1], [0, float.PositiveInfinity, 7, 1], [0, 0, float.NegativeInfinity, 1], [0, 0, 7, float.NaN],
        [1e30f, 0, 7, 1], [0, -1e30f, 7, 1], [0, 0, 7, 3e38f], [0, 0, 7.1f, 1], [0, 0, 1e30f, 1], [0, 0, -3e38f, 1],
        [1e10f, -1e10f, 7, 1e10f], [50, -50, 7, 30], [0, 0, 7, 0], [1e-40f, 0, 7, 1],
    ];

    // Four columns: two that hang together in two clusters, a constant, and a skewed one.
    private static float[][] Draw(int count, int seed = 1)
    {
        var random = new RandomStream(seed, 77);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double center = random.NextInt32(2) * 2 - 1, common = random.NextGaussian();
            double x = center + 0.5 * common, y = -center + 0.4 * common + 0.3 * random.NextGaussian();
            return new[] { (float)x, (float)y, 7f, (float)Math.Exp(0.5 * random.NextGaussian()) };
        })];
    }

    private IDataView View(float[][] rows) => Rows.View(_context, rows);
}
