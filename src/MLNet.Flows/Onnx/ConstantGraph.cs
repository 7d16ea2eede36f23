using MLNet.Flows.Distributions;

namespace MLNet.Flows.Onnx;

/// <summary>Writes columns that were constant in training, in double precision: their distance from the constant may be the
/// largest number there is, or one step.</summary>
internal static class ConstantGraph
{
    /// <summary>[n, 1], the log-density of the constant columns.</summary>
    /// <param name="columns">Which they are.</param>
    /// <param name="features">[n, FeatureCount].</param>
    public static OnnxValue LogProb(ColumnPartition columns, OnnxValue features)
    {
        OnnxValue sum = -NatsLost(columns, Distances(columns, features).Abs()).Sum();
        if (columns.Constants is NormalConstants normal)
        {
            double atConstants = 0;
            for (int i = 0; i < columns.ConstantColumns.Length; i++)
                atConstants += normal.LogProb(i, normal.Values[i]);
            sum += sum.Constant(atConstants);
        }

        return sum.AtLeast(sum.Constant((double)float.MinValue)).ToSingle();
    }

    /// <summary>[n, constant columns]: the standard normal values that are as unlikely.</summary>
    public static OnnxValue Latent(ColumnPartition columns, OnnxValue features)
    {
        OnnxValue distances = Distances(columns, features), size = distances.Abs();
        OnnxValue latent = (NatsLost(columns, size) * size.Constant(2d)).Sqrt();
        return distances.ToSingle().Sign() * latent.ToSingle();
    }

    private static OnnxValue Distances(ColumnPartition columns, OnnxValue features)
    {
        OnnxValue values = features.Columns(columns.ConstantColumns).ToDouble();
        return values - Vector(values, columns.Constants.Values.ToArray());
    }

    private static OnnxValue NatsLost(ColumnPartition columns, OnnxValue distances)
    {
        switch (columns.Constants)
        {
            case PlateauConstants plateau:
                float[] halfWidths = plateau.HalfWidths.ToArray();
                OnnxValue t = (distances / Vector(distances, [.. halfWidths.Select(w => PlateauConstants.Unit(w))])).Log();
                OnnxValue lost = t + (t + t.Constant(1d)).Log() * t.Constant(2d) + t.Constant(plateau.DepartureNats);
                return Vector(distances, halfWidths).IsBelow(distances).Choose(lost, t.Constant(0d));
            case NormalConstants normal:
                OnnxValue z = distances / Vector(
                    distances, [.. Enumerable.Range(0, columns.ConstantColumns.Length).Select(normal.Scale)]);
                return z.Squared() * z.Constant(0.5);
            default:
                throw new NotSupportedException(
                    $"The flow's constant columns, of kind {columns.Constants.Kind}, cannot be written to an ONNX graph. Score "
                    + "in .NET with a model that mlContext.Model.Save wrote.");
        }
    }

    private static OnnxValue Vector(OnnxValue some, float[] values) =>
        Vector(some, Array.ConvertAll(values, value => (double)value));

    private static OnnxValue Vector(OnnxValue some, double[] values) => some.Constant(values, values.Length);
}
