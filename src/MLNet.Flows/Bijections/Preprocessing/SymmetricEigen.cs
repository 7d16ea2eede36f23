using System.Numerics;
using System.Numerics.Tensors;

namespace MLNet.Flows.Bijections.Preprocessing;

/// <summary>Eigenvalues and eigenvectors of a real symmetric matrix, in double precision.</summary>
/// <remarks>
/// Householder reduction to tridiagonal form, then QL steps with implicit shifts (Golub and Van Loan, Matrix Computations, 8.3),
/// the rotations applied to the transposed vectors so that memory is walked row by row. About 5 d^3 multiply-adds.
/// The matrix is divided by its largest entry first, so that no square leaves double precision at any scale. An off-diagonal
/// entry counts as zero where it is below rounding of its neighbours on the diagonal or of the whole matrix: a rank-deficient one
/// (one-hot columns) has stretches of the diagonal that are nothing but rounding, beside which rounding never looks small. Errors
/// are a few roundings of the largest eigenvalue, in all of them.
/// </remarks>
internal sealed class SymmetricEigen
{
    private const int MaximumIterations = 60;
    private const double Rounding = 1.2e-16;

    // Of a sum of squares, where the largest entry is 1.
    private const double Negligible = 1e-290;

    private SymmetricEigen(double[] values, double[] vectors)
    {
        Values = values;
        Vectors = vectors;
    }

    /// <summary>In no particular order.</summary>
    public double[] Values { get; }

    /// <summary>[i, d]: the eigenvector of value i as row i, of length 1.</summary>
    public double[] Vectors { get; }

    /// <param name="matrix">[n, n], symmetric; left as it is.</param>
    /// <param name="n">Its order.</param>
    /// <param name="checkpoint">Called for each column, twice; throws where the caller cancelled.</param>
    /// <exception cref="InvalidOperationException">An eigenvalue did not converge (the matrix holds NaN or infinity).</exception>
    public static SymmetricEigen Of(ReadOnlySpan<double> matrix, int n, Action? checkpoint = null)
    {
        double[] a = matrix.ToArray();
        double scale = n == 0 ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude(matrix));
        if (scale > 0)
            TensorPrimitives.Divide(a, scale, a);
        var diagonal = new double[n];
        var off = new double[n];
        double[] q = Tridiagonalize(a, n, diagonal, off, checkpoint);
        Diagonalize(diagonal, off, q, n, checkpoint);
        TensorPrimitives.Multiply(diagonal, scale, diagonal);
        return new SymmetricEigen(diagonal, q);
    }

    // A = Q^T T Q, with Q returned by rows. Reflection k = I - beta v v^T zeroes column k below the subdiagonal.
    private static double[] Tridiagonalize(double[] a, int n, double[] diagonal, double[] off, Action? checkpoint)
    {
        var q = new double[n * n];
        for (int i = 0; i < n; i++)
            q[i * n + i] = 1;
        var v = new double[n];
        var p = new double[n];
        for (int k = 0; k + 2 < n; k++)
        {
            checkpoint?.Invoke();
            double norm = 0;
            for (int i = k + 1; i < n; i++)
            {
                v[i] = a[i * n + k];
                norm += v[i] * v[i];
            }

            double below = norm - v[k + 1] * v[k + 1];
            if (below <= Negligible)
                continue;
            double alpha = v[k + 1] > 0 ? -Math.Sqrt(norm) : Math.Sqrt(norm);
            v[k + 1] -= alpha;
            double beta = 2 / (below + v[k + 1] * v[k + 1]);

            // p = beta A v - (beta / 2)(beta v^T A v) v; then A -= v p^T + p v^T on the trailing block.
            double vAv = 0;
            for (int i = k + 1; i < n; i++)
            {
                p[i] = beta * TensorPrimitives.Dot<double>(a.AsSpan(i * n + k + 1, n - k - 1), v.AsSpan(k + 1));
                vAv += p[i] * v[i];
            }

            for (int i = k + 1; i < n; i++)
                p[i] -= 0.5 * beta * vAv * v[i];
            for (int i = k + 1; i < n; i++)
            {
                Span<double> row = a.AsSpan(i * n + k + 1, n - k - 1);
                TensorPrimitives.MultiplyAdd(p.AsSpan(k + 1), -v[i], row, row);
                TensorPrimitives.MultiplyAdd(v.AsSpan(k + 1), -p[i], row, row);
            }

            a[(k + 1) * n + k] = a[k * n + k + 1] = alpha;

            // Q <- (I - beta v v^T) Q, on rows.
            Array.Clear(p);
            for (int i = k + 1; i < n; i++)
                TensorPrimitives.MultiplyAdd(q.AsSpan(i * n, n), v[i], p, p);
            for (int i = k + 1; i < n; i++)
                TensorPrimitives.MultiplyAdd(p, -beta * v[i], q.AsSpan(i * n, n), q.AsSpan(i * n, n));
        }

        for (int i = 0; i < n; i++)
        {
            diagonal[i] = a[i * n + i];
            off[i] = i + 1 < n ? a[(i + 1) * n + i] : 0;
        }

        return q;
    }

    // QL with implicit (Wilkinson) shifts on the tridiagonal (d, e); rotations act on rows of q.
    private static void Diagonalize(double[] d, double[] e, double[] q, int n, Action? checkpoint)
    {
        double largest = 0;
        for (int i = 0; i < n; i++)
            largest = Math.Max(largest, Math.Abs(d[i]) + Math.Abs(e[i]));
        double floor = Rounding * largest;
        for (int l = 0; l < n; l++)
        {
            checkpoint?.Invoke();
            for (int iteration = 0; ; iteration++)
            {
                int m = l;
                while (m + 1 < n && !(Math.Abs(e[m]) <= Math.Max(Rounding * (Math.Abs(d[m]) + Math.Abs(d[m + 1])), floor)))
                    m++;
                if (m == l)
                    break;
                if (iteration == MaximumIterations)
                    throw new InvalidOperationException(
                        "The eigenvalues of the covariance did not converge. Check the features for extreme values.");

                double g = (d[l + 1] - d[l]) / (2 * e[l]);
                double r = Math.Sqrt(g * g + 1);
                g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r));
                double s = 1, c = 1, p = 0;
                int i = m - 1;
                for (; i >= l; i--)
                {
                    double f = s * e[i], b = c * e[i];
                    r = Math.Sqrt(f * f + g * g);
                    e[i + 1] = r;
                    if (r == 0)
                    {
                        d[i + 1] -= p;
                        e[m] = 0;
                        break;
                    }

                    s = f / r;
                    c = g / r;
                    g = d[i + 1] - p;
                    r = (d[i] - g) * s + 2 * c * b;
                    p = s * r;
                    d[i + 1] = g + p;
                    g = c * r - b;
                    Rotate(q.AsSpan(i * n, n), q.AsSpan((i + 1) * n, n), c, s);
                }

                if (r == 0 && i >= l)
                    continue;
                d[l] -= p;
                e[l] = g;
                e[m] = 0;
            }
        }
    }

    private static void Rotate(Span<double> upper, Span<double> lower, double c, double s)
    {
        int j = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var cosine = new Vector<double>(c);
            var sine = new Vector<double>(s);
            for (; j + Vector<double>.Count <= upper.Length; j += Vector<double>.Count)
            {
                var u = new Vector<double>(upper[j..]);
                var f = new Vector<double>(lower[j..]);
                (sine * u + cosine * f).CopyTo(lower[j..]);
                (cosine * u - sine * f).CopyTo(upper[j..]);
            }
        }

        for (; j < upper.Length; j++)
        {
            double f = lower[j];
            lower[j] = s * upper[j] + c * f;
            upper[j] = c * upper[j] - s * f;
        }
    }
}
