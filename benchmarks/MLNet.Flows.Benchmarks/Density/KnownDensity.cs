using MLNet.Flows.Numerics;

namespace MLNet.Flows.Benchmarks.Density;

/// <summary>A density in closed form with exact draws: its mean negative log-density on rows of its own is the lowest negative
/// log-likelihood that any model can reach on them on average.</summary>
internal abstract class KnownDensity
{
    /// <summary>As an argument names it.</summary>
    public abstract string Name { get; }

    /// <summary>Columns.</summary>
    public abstract int Dimension { get; }

    /// <summary>Log-density of a row [Dimension], in nats.</summary>
    public abstract double LogDensity(ReadOnlySpan<double> row);

    /// <summary>Draws rows [count, Dimension] and the log-densities [count] of those very rows, in nats.</summary>
    public (float[] Rows, double[] LogDensity) Draw(int count, int seed)
    {
        var random = new RandomStream(seed, 2);
        var rows = new float[count * Dimension];
        var logDensity = new double[count];
        var row = new double[Dimension];
        for (int r = 0; r < count; r++)
        {
            DrawRow(random, row);
            for (int i = 0; i < Dimension; i++)
                row[i] = rows[r * Dimension + i] = (float)row[i];
            logDensity[r] = LogDensity(row);
        }

        return (rows, logDensity);
    }

    /// <summary>Overwrites the row [Dimension] with a draw.</summary>
    protected abstract void DrawRow(RandomStream random, Span<double> row);

    /// <summary>Log-density at x of a normal.</summary>
    protected static double LogNormal(double x, double mean, double deviation)
    {
        double z = (x - mean) / deviation;
        return -0.5 * z * z - Math.Log(deviation) - 0.5 * Math.Log(2 * Math.PI);
    }

    /// <summary>log(e^a + e^b).</summary>
    protected static double LogSum(double a, double b) => Math.Max(a, b) + Math.Log(1 + Math.Exp(-Math.Abs(a - b)));
}
