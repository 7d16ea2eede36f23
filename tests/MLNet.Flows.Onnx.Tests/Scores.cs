using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;

namespace MLNet.Flows.Onnx.Tests;

/// <summary>What a model makes of rows, here or in another runtime.</summary>
internal sealed record Scores(float[] LogLikelihood, float[] Score, float[] PValue, bool[] PredictedLabel, float[] Latent)
{
    private const double Tolerance = 1e-4;
    private const double MedianTolerance = 1e-5;
    private const double LatentTolerance = 1e-3;

    public static Scores Of(ITransformer model, IDataView data)
    {
        IDataView scored = model.Transform(data);
        float[] latent = scored.Schema.GetColumnOrNull("Latent") is null
            ? []
            : [.. scored.GetColumn<float[]>("Latent").SelectMany(each => each)];
        return new Scores(
            [.. scored.GetColumn<float>("LogLikelihood")], [.. scored.GetColumn<float>("Score")],
            [.. scored.GetColumn<float>("PValue")], [.. scored.GetColumn<bool>("PredictedLabel")], latent);
    }

    /// <summary>Holds scores of another runtime to these: log-likelihoods within 1e-4 max(1, |ll|), p-values within a step of the
    /// quantiles, labels the same but at the threshold; NaN where these are.</summary>
    /// <param name="other">Theirs.</param>
    /// <param name="model">What they are of.</param>
    /// <returns>The largest and the median error of log-likelihoods, relative to max(1, |ll|).</returns>
    public (double Largest, double Median) AssertEqual(Scores other, FlowModel model)
    {
        Assert.Equal(LogLikelihood.Length, other.LogLikelihood.Length);
        var errors = new List<double>();
        for (int i = 0; i < LogLikelihood.Length; i++)
        {
            if (float.IsNaN(LogLikelihood[i]))
            {
                Assert.True(float.IsNaN(other.LogLikelihood[i]) && float.IsNaN(other.Score[i]) && float.IsNaN(other.PValue[i]));
                Assert.True(other.PredictedLabel[i]);
                continue;
            }

            errors.Add(Close(LogLikelihood[i], other.LogLikelihood[i], $"log-likelihood of row {i}"));
            Close(Score[i], other.Score[i], $"score of row {i}");
            float step = Step(model.Quantiles, PValue[i]);
            Assert.True(
                Math.Abs(PValue[i] - other.PValue[i]) <= step + 1e-3 * PValue[i],
                $"The p-value of row {i} is {other.PValue[i]}, expected {PValue[i]} within {step}; log-likelihood "
                + $"{other.LogLikelihood[i]} for {LogLikelihood[i]}.");
            Assert.True(
                PredictedLabel[i] == other.PredictedLabel[i] || Math.Abs(PValue[i] - model.FalseAlarmRate) <= step,
                $"The label of row {i} is {other.PredictedLabel[i]} at the p-value {other.PValue[i]}.");
        }

        Assert.Equal(Latent.Length, other.Latent.Length);
        for (int i = 0; i < Latent.Length; i++)
        {
            Assert.True(
                float.IsNaN(Latent[i]) && float.IsNaN(other.Latent[i])
                || Math.Abs(Latent[i] - other.Latent[i]) <= LatentTolerance * (1 + Math.Abs(Latent[i])),
                $"The latent value {i} is {other.Latent[i]}, expected {Latent[i]}.");
        }

        errors.Sort();
        (double largest, double median) = errors.Count == 0 ? (0, 0) : (errors[^1], errors[errors.Count / 2]);
        Assert.True(median <= MedianTolerance, $"The median error is {median}.");
        return (largest, median);
    }

    private static double Close(float expected, float actual, string what)
    {
        double error = expected == actual ? 0 : Math.Abs((double)expected - actual) / Math.Max(1, Math.Abs(expected));
        Assert.True(error <= Tolerance, $"The {what} is {actual}, expected {expected}: off by {error:g2}.");
        return error;
    }

    // The larger of the steps to either side: from a value's share to that of the next lower and of the next higher value.
    private static float Step(LikelihoodQuantiles quantiles, float pValue)
    {
        ReadOnlySpan<float> values = quantiles.Values, shares = quantiles.Shares;
        int at = shares.LastIndexOf(pValue);
        if (at < 0)
            return quantiles.PValue(values[0]);
        int below = at, above = Math.Min(at + 1, values.Length - 1);
        while (below > 0 && values[below] == values[at])
            below--;
        while (above < values.Length - 1 && values[above + 1] == values[above])
            above++;
        return Math.Max(pValue - (values[below] < values[at] ? shares[below] : 0), shares[above] - pValue);
    }
}
