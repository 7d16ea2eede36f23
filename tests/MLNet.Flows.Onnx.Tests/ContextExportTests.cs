using Microsoft.ML;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.Flows;

namespace MLNet.Flows.Onnx.Tests;

/// <summary>Every flow of the table of flows given a context: p-values rank within it.</summary>
public sealed class ContextExportTests
{
    private readonly MLContext _context = new(seed: 1);

    public static TheoryData<string> All => [.. FlowTable.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void ConvertToOnnx_EveryFlowGivenAContext_ScoresAsHere(string name)
    {
        FlowOptions options = FlowTable.Options(name);
        (options.ContextColumnName, options.FalseAlarmRate) = ("Given", 0.05);
        (float[][] features, float[][] given) = Draw(500, seed: 1);
        FlowTransformer flow = FlowTable.Create(_context, name, options).Fit(GivenRows.View(_context, features, given));
        (features, given) = Draw(400, seed: 2);
        (given[0][0], given[1][1], given[2][0], given[3][1]) = (float.NaN, float.PositiveInfinity, 1e30f, -3e38f);
        (features[4][0], features[5][1], features[6][2]) = (float.NaN, 1e30f, 7.5f);
        IDataView data = GivenRows.View(_context, features, given);
        using OnnxSession session = OnnxSession.Of(_context, flow, data);

        Scores expected = Scores.Of(flow, data);

        expected.AssertEqual(session.Run(data), flow.Model);
        expected.AssertEqual(session.Run(data, batch: 1), flow.Model);
    }

    // Two columns that move and spread with what is given, a constant; the second column of what is given never varies.
    private static (float[][] Features, float[][] Given) Draw(int count, int seed)
    {
        var random = new RandomStream(seed, 79);
        float[][] features = new float[count][], given = new float[count][];
        for (int i = 0; i < count; i++)
        {
            double c = 3 * random.NextDouble(), x = c + (0.2 + 0.3 * c) * random.NextGaussian();
            features[i] = [(float)x, (float)(0.5 * x + random.NextGaussian()), 7];
            given[i] = [(float)c, seed == 1 ? 2 : (float)random.NextGaussian()];
        }

        return (features, given);
    }
}
