using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Onnx;

/// <summary>Writes the maps in front of a flow.</summary>
internal static class PreprocessingGraphs
{
    public static void Write(Standardization map, OnnxRows rows)
    {
        int d = map.Dimension;
        OnnxValue x = rows.X;
        float[] inverseScale = Array.ConvertAll(map.Scale.ToArray(), scale => (float)(1 / (double)scale));
        rows.X = ((x - x.Constant(map.Mean, d)) * x.Constant(inverseScale, d)).Clip(-ValueLimit.Largest, ValueLimit.Largest);
        rows.AddLogDet(map.LogDet);
    }

    public static void Write(Whitening map, OnnxRows rows)
    {
        OnnxValue x = rows.X;
        rows.X = (x - x.Constant(map.Center, map.Dimension)).Dense(map.Matrix, new float[map.Dimension]);
        rows.AddLogDet(map.LogDet);
    }

    /// <remarks>With r = max(|x| / t, 1), |z| = min(|x|, t) + t log r; of a column that stays as it is, 1 / t counts as 0, and
    /// the bound of |x| as no bound.</remarks>
    public static void Write(SymmetricLog map, OnnxRows rows)
    {
        int d = map.Dimension;
        float[] inverse = new float[d], bound = new float[d];
        Array.Fill(bound, float.MaxValue);
        foreach (int column in map.Columns)
            (inverse[column], bound[column]) = (1 / map.Threshold, map.Threshold);
        OnnxValue x = rows.X, size = x.Abs();
        OnnxValue log = (size * x.Constant(inverse, d)).AtLeast(1).Log();
        rows.X = x.Sign() * (size.AtMost(x.Constant(bound, d)) + log * map.Threshold);
        rows.AddLogDet(-log.Sum());
    }
}
