using MLNet.Flows.Persistence;

namespace MLNet.Flows.Distributions;

/// <summary>The training rows' log-likelihoods in order: what a new row's rank is read from.</summary>
internal sealed class LikelihoodQuantiles
{
    /// <param name="logLikelihoods">Of the training rows, in any order, finite.</param>
    /// <param name="weights">Their example weights; empty for all 1.</param>
    public static LikelihoodQuantiles Fit(ReadOnlySpan<float> logLikelihoods, ReadOnlySpan<float> weights) => throw new NotImplementedException();

    /// <summary>Share of training weight at most this likely, in [0, 1]; NaN for NaN.</summary>
    public float PValue(float logLikelihood) => throw new NotImplementedException();

    public void Write(ModelWriter writer) => throw new NotImplementedException();

    public static LikelihoodQuantiles Read(ModelReader reader) => throw new NotImplementedException();
}
