using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The code of docs/how-to/context.md, as it stands there.</summary>
public sealed class ContextPageTests
{
    [Fact]
    public void Page_OnAContext_RunsAsItStands()
    {
        IDataView data = new MLContext(1).Data.LoadFromEnumerable(Enumerable.Range(0, 200).Select(i => new Hour
        {
            Features = [MathF.Sin(i) + 0.1f * MathF.Sin(7 * i)],
            When = [MathF.Sin(i), MathF.Cos(i)],
        }));

        var mlContext = new MLContext(seed: 1);
        var options = new PlanarFlowEstimator.Options { ContextColumnName = "When", Seed = 1 };
        PlanarFlowTransformer model = mlContext.Flows.PlanarFlow(options).Fit(data);
        IDataView scored = model.Transform(data);                       // both columns are read
        IDataView drawn = mlContext.Flows.Sample(model, data, seed: 1); // a row for each context

        Assert.Equal(200, scored.GetColumn<float>("PValue").Count(p => p is >= 0 and <= 1));
        Assert.Equal(200, drawn.GetColumn<float>("LogLikelihood").Count(float.IsFinite));
        Assert.Equal(2, Array(model).Count(float.IsFinite));
    }

    private static float[] Array(PlanarFlowTransformer model)
    {
        var contexts = new float[] { 0, 1, 1, 0 };                      // two rows of two values
        float[] rows = model.Sample(contexts, seed: 1);
        var logLikelihoods = new float[2];
        model.LogLikelihood(rows, contexts, logLikelihoods);
        IReadOnlyList<FeatureContribution> why = model.Explain(rows.AsSpan(0, model.FeatureCount), contexts.AsSpan(0, 2));

        Assert.Single(why);
        return logLikelihoods;
    }

    private sealed class Hour
    {
        [VectorType(1)]
        public float[] Features { get; set; } = [];

        [VectorType(2)]
        public float[] When { get; set; } = [];
    }
}
