namespace MLNet.Flows.Tests.Bijections.Planar;

/// <summary>The planar flow layer by layer, as the paper writes it, in double precision.</summary>
internal static class PlanarReference
{
    private const double Margin = 1e-3;

    /// <summary>m(t), with m(0) = 0 and floor -(1 - margin).</summary>
    public static double M(double t)
    {
        double s = t + Math.Log(Math.Exp(1 - Margin) - 1);
        return (s > 30 ? s : Math.Log(1 + Math.Exp(s))) - (1 - Margin);
    }

    /// <summary>z and log|det| from raw flat parameters [W | U | b].</summary>
    public static (double[] Z, double LogDet) Forward(
        int dimension, int layers, ReadOnlySpan<double> parameters, ReadOnlySpan<double> x)
    {
        double[] z = x.ToArray();
        double logDet = 0;
        for (int k = 0; k < layers; k++)
        {
            ReadOnlySpan<double> w = parameters.Slice(k * dimension, dimension), u = parameters.Slice(
                (layers + k) * dimension, dimension);
            double wDotU = 0, wDotW = 0, a = parameters[2 * layers * dimension + k];
            for (int d = 0; d < dimension; d++)
            {
                wDotU += w[d] * u[d];
                wDotW += w[d] * w[d];
                a += w[d] * z[d];
            }

            double h = Math.Tanh(a), s = wDotW > 0 ? (M(wDotU) - wDotU) / wDotW : 0;
            for (int d = 0; d < dimension; d++)
                z[d] += (u[d] + s * w[d]) * h;
            logDet += Math.Log(1 + (wDotW > 0 ? M(wDotU) : 0) * (1 - h * h));
        }

        return (z, logDet);
    }

    public static float[] RandomParameters(int dimension, int layers, int seed, double scale = 1)
    {
        var random = new MLNet.Flows.Numerics.RandomStream(seed);
        return [.. Enumerable.Range(0, layers * (2 * dimension + 1)).Select(i =>
            (float)(random.NextGaussian() * (i < 2 * layers * dimension ? scale / Math.Sqrt(dimension) : 1)))];
    }
}
