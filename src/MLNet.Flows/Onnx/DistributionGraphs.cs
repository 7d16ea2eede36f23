using MLNet.Flows.Distributions;

namespace MLNet.Flows.Onnx;

/// <summary>How each base distribution is written: a line for each type.</summary>
/// <remarks>Mixtures of flows and chains are parts, which <see cref="FlowGraph"/> puts together.</remarks>
internal static class DistributionGraphs
{
    private const float LargestDeviation = 1e18f;
    private const float LowestTerm = -1e37f;

    private static readonly Dictionary<Type, Func<Distribution, OnnxRows, OnnxValue>> Writers = new()
    {
        [typeof(DiagonalNormal)] = (normal, rows) => LogProb((DiagonalNormal)normal, rows),
        [typeof(ProductStudentT)] = (student, rows) => LogProb((ProductStudentT)student, rows),
        [typeof(NormalMixture)] = (mixture, rows) => LogProb((NormalMixture)mixture, rows),
    };

    /// <summary>[n, 1], log p(z).</summary>
    /// <exception cref="NotSupportedException">There is no line for the type.</exception>
    public static OnnxValue LogProb(Distribution distribution, OnnxRows rows) =>
        Writers.TryGetValue(distribution.GetType(), out Func<Distribution, OnnxRows, OnnxValue>? write)
            ? write(distribution, rows)
            : throw new NotSupportedException(
                $"The flow's base distribution, a {distribution.Kind}, cannot be written to an ONNX graph. Score in .NET with a "
                + "model that mlContext.Model.Save wrote.");

    private static OnnxValue LogProb(LocationScaleDistribution distribution, OnnxRows rows)
    {
        LocationScaleParameters p = distribution.Parameters;
        if (p.Dimension == 0)
            return rows.Zero + p.Constant;
        OnnxValue z = rows.X, deviation = z - z.Constant(p.Mean.Span, p.Dimension);
        OnnxValue t = (deviation * z.Constant(p.InverseScale.Span, p.Dimension)).Clip(-LargestDeviation, LargestDeviation);
        OnnxValue terms = p.IsNormal ? t.Squared() : (t.Squared() * p.InverseNu + 1).Log();
        return terms.Sum() * p.Slope + p.Constant;
    }

    // t_md = z_d / scale_md + offset_md as [n, M, d]; a shared scale takes its product before components part.
    private static OnnxValue LogProb(NormalMixture mixture, OnnxRows rows)
    {
        NormalMixtureParameters p = mixture.Parameters;
        (int m, int d) = (p.Components, p.Dimension);
        OnnxValue terms = rows.Zero.Constant(p.Constant.Span, m);
        if (d > 0)
        {
            OnnxValue z = rows.X;
            OnnxValue scaled = mixture.SharedScale
                ? (z * z.Constant(p.InverseScale.Span[..d], d)).Unsqueeze(1)
                : z.Unsqueeze(1) * z.Constant(p.InverseScale.Span, m, d);
            OnnxValue t = scaled + z.Constant(p.Offset.Span, m, d);
            terms = (t.Squared().Sum(axis: 2).Reshape(m) * -0.5f + terms).AtLeast(LowestTerm);
        }

        if (mixture.Categories is not null)
            terms = CategoryGraph.LogShares(mixture.Categories, rows) + terms;
        return terms.LogSumExp();
    }
}
