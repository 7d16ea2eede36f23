using System.Numerics.Tensors;

namespace MLNet.Flows.Bijections.Linear;

/// <summary>A square matrix as rows in another order, a lower triangle with ones on the diagonal and an upper one, in double
/// precision: P W = L U, by Gaussian elimination with partial pivoting.</summary>
internal sealed class LowerUpper
{
    private readonly double[] _factors;
    private readonly int[] _rows;
    private readonly int _size;

    private LowerUpper(double[] factors, int[] rows, int size, double logDet) =>
        (_factors, _rows, _size, LogDet) = (factors, rows, size, logDet);

    /// <summary>log|det W|; minus infinity where W is singular.</summary>
    public double LogDet { get; }

    /// <param name="matrix">[n, n], row-major.</param>
    /// <param name="size">n.</param>
    public static LowerUpper Of(ReadOnlySpan<float> matrix, int size)
    {
        double[] factors = new double[matrix.Length];
        for (int i = 0; i < factors.Length; i++)
            factors[i] = matrix[i];
        int[] rows = [.. Enumerable.Range(0, size)];
        double logDet = 0;
        for (int k = 0; k < size; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < size; i++)
            {
                if (Math.Abs(factors[i * size + k]) > Math.Abs(factors[pivot * size + k]))
                    pivot = i;
            }

            if (pivot != k)
            {
                (rows[k], rows[pivot]) = (rows[pivot], rows[k]);
                for (int j = 0; j < size; j++)
                    (factors[k * size + j], factors[pivot * size + j]) = (factors[pivot * size + j], factors[k * size + j]);
            }

            double head = factors[k * size + k];
            logDet += Math.Log(Math.Abs(head));
            if (head == 0)
                break;
            ReadOnlySpan<double> upper = factors.AsSpan(k * size + k + 1, size - k - 1);
            for (int i = k + 1; i < size; i++)
            {
                double factor = factors[i * size + k] /= head;
                Span<double> row = factors.AsSpan(i * size + k + 1, size - k - 1);
                TensorPrimitives.MultiplyAdd(upper, -factor, row, row);
            }
        }

        return new LowerUpper(factors, rows, size, logDet);
    }

    /// <summary>Overwrites y with x, where W x = y.</summary>
    /// <param name="y">[n].</param>
    public void Solve(Span<double> y)
    {
        var x = new double[_size];
        for (int i = 0; i < _size; i++)
            x[i] = y[_rows[i]] - TensorPrimitives.Dot<double>(_factors.AsSpan(i * _size, i), x.AsSpan(0, i));
        for (int i = _size - 1; i >= 0; i--)
        {
            int after = _size - i - 1;
            double sum = TensorPrimitives.Dot<double>(_factors.AsSpan(i * _size + i + 1, after), x.AsSpan(i + 1, after));
            x[i] = (x[i] - sum) / _factors[i * _size + i];
        }

        x.CopyTo(y);
    }
}
