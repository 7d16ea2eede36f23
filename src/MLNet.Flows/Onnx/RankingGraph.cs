using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Onnx;

/// <summary>Writes what p-values rank in place of log-likelihoods where rows have a context.</summary>
internal static class RankingGraph
{
    /// <param name="ranking">The map.</param>
    /// <param name="logLikelihood">[n, 1].</param>
    /// <param name="zero">[n, 1] of zeros.</param>
    /// <param name="context">[n, context columns], standardized.</param>
    public static OnnxValue Rank(ConditionalRanking ranking, OnnxValue logLikelihood, OnnxValue zero, OnnxValue context)
    {
        OnnxValue standardized = ((logLikelihood - ranking.Mean) * (1 / ranking.Scale))
            .Clip(-ValueLimit.Largest, ValueLimit.Largest);
        var rows = new OnnxRows(standardized, zero, context, []);
        BijectionGraphs.Write(ranking.Map, rows);
        return rows.X;
    }
}
