using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Transformers;

/// <summary>A RealNVP made by hand does what any flow does: scores, latents, explanations, samples, false-alarm rate,
/// saving.</summary>
public sealed class RealNvpTransformerTests
{
    private readonly MLContext _context = new(8);

    [Fact]
    public void Transform_OfRows_IsTheDensityScoredByHand()
    {
        RealNvpTransformer flow = TestFlows.RealNvp(_context);
        float[][] rows = [.. TestFlows.Rows(130), [float.NaN, 0, 7, 0, 0]];

        IDataView scored = flow.Transform(Rows.View(_context, rows));

        float[] logLikelihood = [.. scored.GetColumn<float>("LogLikelihood")];
        Assert.Equal(logLikelihood.Select(l => -l), scored.GetColumn<float>("Score"));
        Assert.True(float.IsNaN(logLikelihood[^1]));
        Assert.True(scored.GetColumn<bool>("PredictedLabel").Last());
        for (int i = 0; i < rows.Length - 1; i++)
        {
            (RowWorkspace latent, float logDet) = Forward(flow.Model, rows[i]);
            FlowDensity density = flow.Model.Density.Flow;
            Assert.Equal(
                density.Chain.Base.LogProb(latent) + logDet + density.Columns.ConstantLogProb(rows[i]), logLikelihood[i]);
        }
    }

    [Fact]
    public void Load_OfSaved_IsARealNvpWithTheSameBits()
    {
        RealNvpTransformer flow = TestFlows.RealNvp(_context);
        IDataView data = Rows.View(_context, TestFlows.Rows(50));
        using var stream = new MemoryStream();
        _context.Model.Save(flow, data.Schema, stream);

        ITransformer loaded = _context.Model.Load(stream, out _);

        Assert.IsType<RealNvpTransformer>(loaded);
        Assert.Equal(Rows.Scores(flow, data), Rows.Scores(loaded, data));
    }

    [Fact]
    public void WithFalseAlarmRate_AloneOrInAChain_ChangesTheAlarmOnly()
    {
        RealNvpTransformer flow = TestFlows.RealNvp(_context);
        IDataView data = Rows.View(_context, TestFlows.Rows(200));

        RealNvpTransformer strict = flow.WithFalseAlarmRate(0);
        TransformerChain<RealNvpTransformer> loose = new TransformerChain<ITransformer>().Append(flow).WithFalseAlarmRate(1);

        Assert.Equal((0.01, 0.0, 1.0), (flow.FalseAlarmRate, strict.FalseAlarmRate, loose.LastTransformer.FalseAlarmRate));
        Assert.DoesNotContain(true, strict.Transform(data).GetColumn<bool>("PredictedLabel"));
        Assert.Equal(Rows.Scores(flow, data), Rows.Scores(strict, data));
    }

    [Fact]
    public void Sample_ManyRows_HaveTheDensity()
    {
        // E exp(-log p(x)) over samples within a box is its volume: the density and the sampler agree without knowing of each
        // other.
        RealNvpTransformer flow = TestFlows.RealNvp(_context);
        float[] samples = flow.Sample(200_000, seed: 3);
        var logLikelihood = new float[200_000];
        flow.LogLikelihood(samples, logLikelihood);
        // A constant column is measured in plateaus: its side is 1.
        double[] low = [0, -2.3, 6.5, -0.7, -10], high = [2, -1.7, 7.5, 0.7, 30];
        double volume = 0, expected = low.Zip(high, (l, h) => h - l).Aggregate(1.0, (product, side) => product * side);
        for (int i = 0; i < logLikelihood.Length; i++)
        {
            bool inside = Enumerable.Range(0, 5).All(d => samples[5 * i + d] > low[d] && samples[5 * i + d] < high[d]);
            volume += inside ? Math.Exp(-logLikelihood[i]) / logLikelihood.Length : 0;
        }

        Assert.Equal(1, volume / expected, 0.1);
    }

    [Fact]
    public void Explain_OfARow_AddsUpToTheScoresDifference()
    {
        RealNvpTransformer flow = TestFlows.RealNvp(_context);
        float[] row = [8, -1, 7.2f, 2, -60];
        var logLikelihood = new float[2];
        flow.LogLikelihood([.. row, .. flow.Model.Reference], logLikelihood);

        IReadOnlyList<FeatureContribution> contributions = flow.Explain(row);

        double difference = logLikelihood[1] - (double)logLikelihood[0];
        Assert.Equal(difference, contributions.Sum(c => c.Contribution), 1e-3 + 1e-3 * Math.Abs(difference));
    }

    [Fact]
    public void Latent_OfARow_IsWhatTheBijectionsMakeOfIt()
    {
        FlowModel model = TestFlows.RealNvpModel();
        var flow = new RealNvpTransformer(_context, model with { Columns = model.Columns with { Latent = "Latent" } });
        float[][] rows = TestFlows.Rows(3);

        float[][] latents = [.. flow.Transform(Rows.View(_context, rows)).GetColumn<float[]>("Latent")];

        for (int i = 0; i < rows.Length; i++)
        {
            RowWorkspace row = Forward(model, rows[i]).Latent;
            Assert.Equal<float>([latents[i][0], latents[i][1], latents[i][3], latents[i][4]], row.Values.Span[..4].ToArray());
        }
    }

    private static (RowWorkspace Latent, float LogDet) Forward(FlowModel model, float[] features)
    {
        var row = new RowWorkspace(4, model.Density.Flow.ScratchColumns);
        new[] { features[0], features[1], features[3], features[4] }.CopyTo(row.Values.Span);
        float logDet = 0;
        foreach (Bijection bijection in model.Density.Flow.Chain.Bijections)
            logDet += bijection.Forward(row);
        return (row, logDet);
    }
}
