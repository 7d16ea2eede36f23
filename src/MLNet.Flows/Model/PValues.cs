using MLNet.Flows.Numerics;

namespace MLNet.Flows.Model;

/// <summary>P-values of scores under a model, given the context where it has one. Not thread-safe.</summary>
internal sealed class PValues(FlowModel model)
{
    private readonly RowWorkspace? _workspace = model.Ranking?.CreateWorkspace();

    /// <param name="score">In nats; of one flow -log p(x).</param>
    /// <param name="context">[ContextColumns], in original units.</param>
    /// <returns>NaN of NaN.</returns>
    public float Of(float score, ReadOnlySpan<float> context) => model.Quantiles.PValue(Ranked(score, context));

    /// <summary>What is ranked: -score, with a context less what is usual there.</summary>
    /// <param name="score">In nats.</param>
    /// <param name="context">[ContextColumns], in original units.</param>
    /// <returns>NaN of NaN.</returns>
    public float Ranked(float score, ReadOnlySpan<float> context)
    {
        float logLikelihood = -score;
        if (_workspace is null || float.IsNaN(logLikelihood))
            return logLikelihood;
        context.CopyTo(_workspace.Context.Span);
        model.Density.Context!.Apply(_workspace.Context.Span[..context.Length]);
        return model.Ranking!.Rank(logLikelihood, _workspace);
    }
}
