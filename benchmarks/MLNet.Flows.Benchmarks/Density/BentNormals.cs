using MLNet.Flows.Numerics;

namespace MLNet.Flows.Benchmarks.Density;

/// <summary>Six correlated normals in 16 dimensions, bent by sines and stretched by sinh: y_i = x_i + sin(x_{i+1}) for even i,
/// y_i = sinh(x_i / 2) for odd i.</summary>
/// <remarks>The map has an inverse (odd columns first, then even ones) and log|det dy/dx| = sum over odd i of log(cosh(x_i / 2) /
/// 2), so the density of a row is known exactly, and with it the lowest negative log-likelihood that any model can reach on
/// average.</remarks>
internal sealed class BentNormals : KnownDensity
{
    private const int Columns = 16;
    private const int Normals = 6;
    private readonly double[,] _centers = new double[Normals, Columns];

    // x = center + A e with e ~ N(0, I).
    private readonly double[][,] _mixing = [.. Enumerable.Range(0, Normals).Select(_ => new double[Columns, Columns])];

    public BentNormals()
    {
        var shape = new RandomStream(7, 1);
        for (int m = 0; m < Normals; m++)
        {
            for (int i = 0; i < Columns; i++)
            {
                _centers[m, i] = 2 * shape.NextGaussian();
                for (int j = 0; j < Columns; j++)
                    _mixing[m][i, j] = (i == j ? 0.5 : 0) + 0.2 * shape.NextGaussian();
            }
        }
    }

    public override string Name => "bent_normals";

    public override int Dimension => Columns;

    public override double LogDensity(ReadOnlySpan<double> row)
    {
        var x = new double[Columns];
        double logDet = 0;
        for (int i = Columns - 1; i >= 0; i--)
        {
            bool even = i % 2 == 0;
            x[i] = even ? row[i] - Math.Sin(x[i + 1]) : 2 * Math.Asinh(row[i]);
            logDet += even ? 0 : Math.Log(Math.Cosh(x[i] / 2) / 2);
        }

        return LogMixture(x) - logDet;
    }

    protected override void DrawRow(RandomStream random, Span<double> row)
    {
        int m = random.NextInt32(Normals);
        var e = new double[Columns];
        foreach (ref double value in e.AsSpan())
            value = random.NextGaussian();
        for (int i = 0; i < Columns; i++)
        {
            row[i] = _centers[m, i];
            for (int j = 0; j < Columns; j++)
                row[i] += _mixing[m][i, j] * e[j];
        }

        for (int i = 0; i < Columns; i++)
            row[i] = i % 2 == 0 ? row[i] + Math.Sin(row[i + 1]) : Math.Sinh(row[i] / 2);
    }

    private double LogMixture(double[] x)
    {
        var logs = new double[Normals];
        for (int m = 0; m < Normals; m++)
        {
            double[] e = [.. x.Select((value, i) => value - _centers[m, i])];
            double logDet = Solve((double[,])_mixing[m].Clone(), e);
            logs[m] = -0.5 * e.Sum(value => value * value) - Columns / 2.0 * Math.Log(2 * Math.PI) - logDet;
        }

        double max = logs.Max();
        return max + Math.Log(logs.Average(l => Math.Exp(l - max)));
    }

    // Overwrites b with A^-1 b by elimination with pivoting (A is overwritten too); returns log|det A|.
    private static double Solve(double[,] a, double[] b)
    {
        double logDet = 0;
        int n = b.Length;
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(a[i, k]));
            (b[k], b[pivot]) = (b[pivot], b[k]);
            for (int j = k; j < n; j++)
                (a[k, j], a[pivot, j]) = (a[pivot, j], a[k, j]);
            logDet += Math.Log(Math.Abs(a[k, k]));
            for (int i = k + 1; i < n; i++)
            {
                double factor = a[i, k] / a[k, k];
                b[i] -= factor * b[k];
                for (int j = k; j < n; j++)
                    a[i, j] -= factor * a[k, j];
            }
        }

        for (int i = n - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < n; j++)
                b[i] -= a[i, j] * b[j];
            b[i] /= a[i, i];
        }

        return logDet;
    }
}
