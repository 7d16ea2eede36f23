using MLNet.Flows.Bijections.Conditioned;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Onnx;

/// <summary>Writes a scalar map.</summary>
/// <param name="map">The map.</param>
/// <param name="x">[n, a], the values that are changed.</param>
/// <param name="parameters">[n, parameters a], parameter by parameter.</param>
/// <param name="count">a.</param>
/// <returns>[n, a], and the log-slopes [n, a]; null where all are 0.</returns>
internal delegate (OnnxValue Z, OnnxValue? LogSlope) ScalarMapWriter<TMap>(
    TMap map, OnnxValue x, OnnxValue parameters, int count);

/// <summary>Writes couplings and autoregressive maps: a conditioner, and what it makes of other columns.</summary>
/// <remarks>From data to latent an autoregressive map is one pass of its masked conditioner, as a coupling is; masks are zeros
/// among the weights.</remarks>
internal static class ConditionedGraph
{
    public static void Write<TMap>(ConditionedParts<TMap> parts, OnnxRows rows, ScalarMapWriter<TMap> write)
        where TMap : struct, IScalarMap
    {
        int[] active = parts.Active, passive = [.. Enumerable.Range(0, parts.Dimension).Except(active)];
        OnnxValue x = rows.X;
        OnnxValue changed = active.AsSpan().SequenceEqual([.. Enumerable.Range(0, parts.Dimension)]) ? x : x.Columns(active);
        (OnnxValue z, OnnxValue? logSlope) = write(parts.Map, changed, Parameters(parts, rows), active.Length);
        OnnxValue all = passive.Length == 0 ? z : OnnxValue.Concat(z, x.Columns(passive));
        rows.X = all.InPlaces([.. active, .. passive]);
        if (logSlope is OnnxValue slopes)
            rows.AddLogDet(slopes.Sum());
    }

    /// <summary>Dense layers with rectifiers between them.</summary>
    /// <param name="perceptron">The layers.</param>
    /// <param name="x">[n, inputs].</param>
    public static OnnxValue Perceptron(MultilayerPerceptron perceptron, OnnxValue x)
    {
        OnnxValue skipped = x;
        for (int l = 0; l < perceptron.Layers.Count; l++)
        {
            DenseLayer layer = perceptron.Layers[l];
            OnnxValue sums = x.Dense(layer.Weights, layer.Biases);
            if (perceptron.EndsBlock(l))
                sums += skipped;
            (skipped, x) = (x, sums.Clip(perceptron.Lowest(l), ValueLimit.Largest));
        }

        return x;
    }

    // The context and, clamped, the columns that the conditioner sees. Where it sees nothing, what it gives is the same for all.
    private static OnnxValue Parameters<TMap>(ConditionedParts<TMap> parts, OnnxRows rows)
        where TMap : struct, IScalarMap
    {
        var inputs = new List<OnnxValue>();
        if (parts.Context > 0)
            inputs.Add(rows.Context);
        if (parts.Inputs.Length > 0)
            inputs.Add(rows.X.Columns(parts.Inputs).Clip(-parts.InputBound, parts.InputBound));
        if (inputs.Count > 0)
            return Perceptron(parts.Conditioner, OnnxValue.Concat([.. inputs]));

        ReadOnlySpan<double> outputs = new DoublePerceptron(parts.Conditioner).Run([]);
        var constants = new float[parts.Conditioner.Outputs];
        for (int i = 0; i < constants.Length; i++)
            constants[i] = (float)outputs[i * RowBlock.Rows];
        return rows.Zero + rows.Zero.Constant(constants, constants.Length);
    }
}
