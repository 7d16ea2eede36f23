using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Flows;

/// <summary>Every flow on data that flows are known to break on elsewhere: what it fits and scores is finite.</summary>
public sealed class HardDataTests
{
    private static readonly Dictionary<string, Func<RandomStream, float[]>> Kinds = new()
    {
        ["one column"] = random => [Normal(random)],
        ["19 columns"] = random => [.. Enumerable.Range(0, 19).Select(_ => Normal(random))],
        ["100 columns"] = random => [.. Enumerable.Range(0, 100).Select(_ => Normal(random))],
        ["constant and repeated columns"] = random =>
        {
            float x = Normal(random);
            return [x, 7, x, x, -1e-3f];
        },
        ["scales of 1e6 and 1e-6"] = random => [1e6f * Normal(random), 1e-6f * Normal(random), 1e6f + Normal(random)],
        ["heavy tails"] = random => [Cauchy(random), Cauchy(random), Normal(random)],
        ["few values"] = random => [random.NextInt32(2), random.NextInt32(3), random.NextInt32(2)],
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string flow in FlowTable.Names)
            {
                foreach (string kind in Kinds.Keys)
                    cases.Add(flow, kind);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fit_HardData_GivesFiniteLikelihoodsAlsoFarOut(string flow, string kind)
    {
        var context = new MLContext(1);
        var random = new RandomStream(1, 60);
        float[][] rows = [.. Enumerable.Range(0, 300).Select(_ => Kinds[kind](random))];
        float[][] fresh = [.. Enumerable.Range(0, 100).Select(_ => Kinds[kind](random))];
        float[][] far = [.. fresh.Take(20).Select((row, i) => Array.ConvertAll(row, x => x * MathF.Pow(10, i)))];

        FlowTransformer model = FlowTable.Create(context, flow).Fit(Rows.View(context, rows));
        IDataView scored = model.Transform(Rows.View(context, [.. fresh, .. far]));

        Assert.All(scored.GetColumn<float>("LogLikelihood"), value => Assert.True(float.IsFinite(value), $"{value}"));
        Assert.All(scored.GetColumn<float>("PValue"), value => Assert.InRange(value, 0, 1));
        Assert.All(
            model.History.Progress,
            report => Assert.True(
                double.IsFinite(report.TrainLogLikelihood) && !double.IsInfinity(report.ValidationLogLikelihood)));
        float[] sample = [.. context.Flows.Sample(model, 50, seed: 1).GetColumn<VBuffer<float>>("Features")
            .SelectMany(row => row.DenseValues())];
        Assert.All(sample, value => Assert.True(float.IsFinite(value)));
    }

    private static float Normal(RandomStream random) => (float)random.NextGaussian();

    private static float Cauchy(RandomStream random) => (float)Math.Tan(Math.PI * (random.NextDouble() - 0.5));
}
