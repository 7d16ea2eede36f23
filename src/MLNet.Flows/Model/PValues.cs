using MLNet.Flows.Numerics;

namespace MLNet.Flows.Model;

/// <summary>P-values of scores under a model, given the context where it has one. Not thread-safe.</summary>
internal sealed class PValues(FlowModel model)
{
    private readonly RowWorkspace? _workspace = model.Ranking?.CreateWorkspace();

    /// <param name="score">In nats; of one flow -log p(x).</param>
    /// <param name="context">[ContextColumns], in original units.</param>
    /// <returns>NaN of NaN.</returns>
    public float Of(float score, ReadOnlySpan<float> context)
    {
        float logLikelihood = -score;
        if (_workspace is null || float.IsNaN(logLikelihood))
            return model.Quantiles.PValue(logLikelihood);
        context.CopyTo(_workspace.Context.Span);
        model.Density.Context!.Apply(_workspace.Context.Span[..context.Length]);
        return model.Quantiles.PValue(model.Ranking!.Rank(logLikelihood, _workspace));
    }
}
