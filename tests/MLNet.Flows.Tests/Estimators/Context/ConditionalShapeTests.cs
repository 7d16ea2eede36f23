using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Estimators.Context;

/// <summary>What a context says beyond location and spread: flows whose maps see it learn a correlation that turns with
/// it.</summary>
public sealed class ConditionalShapeTests
{
    private readonly MLContext _context = new(seed: 1);

    // The truth is 0.42 nats above a flow that knows location and spread alone.
    [Theory]
    [InlineData("continuous", 0.22)]
    [InlineData("masked autoregressive", 0.15)]
    [InlineData("neural spline", 0.15)]
    [InlineData("glow", 0.15)]
    public void LogLikelihood_OfACorrelationGivenTheContext_IsNearTheTruth(string flow, double distance)
    {
        GivenRow[] train = Draw(8000, seed: 1), fresh = Draw(10_000, seed: 2);
        FlowTransformer model = Fit(flow, train);

        double actual = model.Transform(View(fresh)).GetColumn<float>("LogLikelihood").Average(value => (double)value);

        double truth = fresh.Average(row => row.Truth);
        Assert.InRange(actual, truth - distance, truth + 0.02);
    }

    private FlowTransformer Fit(string flow, GivenRow[] rows)
    {
        FlowsCatalog flows = _context.Flows;
        FlowOptions options = flow switch
        {
            "continuous" => ContinuousFlowEstimator.Options.ForDensityEstimation(),
            "masked autoregressive" => MaskedAutoregressiveEstimator.Options.ForDensityEstimation(),
            "neural spline" => NeuralSplineEstimator.Options.ForDensityEstimation(),
            _ => GlowEstimator.Options.ForDensityEstimation(),
        };
        (options.ContextColumnName, options.Seed, options.MaximumEpochs) = ("Given", 1, flow == "continuous" ? 120 : 40);
        return options switch
        {
            ContinuousFlowEstimator.Options continuous => flows.ContinuousFlow(continuous).Fit(View(rows)),
            MaskedAutoregressiveEstimator.Options maf => flows.MaskedAutoregressive(maf).Fit(View(rows)),
            NeuralSplineEstimator.Options spline => flows.NeuralSpline(spline).Fit(View(rows)),
            _ => flows.Glow((GlowEstimator.Options)options).Fit(View(rows)),
        };
    }

    // Standard normals whose correlation is 0.95 times the sine of an angle.
    private static GivenRow[] Draw(int count, int seed)
    {
        var random = new RandomStream(seed, 93);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double angle = 2 * Math.PI * random.NextDouble(), rho = 0.95 * Math.Sin(angle), rest = Math.Sqrt(1 - rho * rho);
            double a = random.NextGaussian(), b = random.NextGaussian();
            return new GivenRow
            {
                Features = [(float)a, (float)(rho * a + rest * b)],
                Given = [(float)Math.Sin(angle), (float)Math.Cos(angle)],
                Truth = -0.5 * (a * a + b * b) - Math.Log(2 * Math.PI) - Math.Log(rest),
            };
        })];
    }

    private static IDataView View(GivenRow[] rows) => new MLContext(1).Data.LoadFromEnumerable(rows);

    private sealed record GivenRow
    {
        [VectorType(2)]
        public float[] Features { get; init; } = [];

        [VectorType(2)]
        public float[] Given { get; init; } = [];

        public double Truth { get; init; }
    }
}
