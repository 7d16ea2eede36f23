using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections;

/// <summary>The inverse of any bijection from its forward pass and gradient alone: Newton's method on f(x) = z, 64 rows side by
/// side.</summary>
/// <remarks>
/// 1. Row i of the Jacobian J = df/dx is J^T e_i. The backward pass gives J^T v plus the gradient of the log-determinant; the
///    difference of two passes, with e_i and with 0, leaves J^T e_i. So d + 1 backward passes give the Jacobians of all rows.
/// 2. A step solves J step = z - f(x) by elimination in double precision and is halved until |f(x + step) - z| falls. A bijection
///    has no other point where that cannot be had, as J is regular everywhere.
/// 3. A row ends when its residual is at single precision's level, or no longer falls: the best point found stays. log|det dx/dz|
///    is minus the forward pass's at that point.
/// Exact to the single precision of the forward pass; O(d^3) per row and step. For maps whose inverse is not known, or not yet
/// written.
/// </remarks>
internal sealed class NewtonInverse(Bijection bijection)
{
    private const int R = RowBlock.Rows;
    private const int MaximumSteps = 60;
    private const int MaximumHalvings = 30;
    private const double Tolerance = 1e-7;

    private readonly int _dimension = bijection.Dimension;
    private readonly RowBlock _image = new(bijection.Dimension, bijection.ScratchColumns);
    private readonly RowBlock _input = new(bijection.Dimension, bijection.ScratchColumns);
    private readonly RowBlock _gradient = new(bijection.Dimension, bijection.ScratchColumns);

    public void Run(DoubleBlock block)
    {
        double[] z = [.. block.Values.AsSpan(0, _dimension * R)], x = [.. z];
        var residual = new double[R];
        double[] offset = Evaluate(x, z, residual);
        bool[] done = Array.ConvertAll(residual, each => !double.IsFinite(each));
        for (int step = 0; step < MaximumSteps && Array.Exists(done, each => !each); step++)
        {
            double[] jacobians = Jacobians(x);
            var trial = new double[x.Length];
            var direction = new double[x.Length];
            for (int r = 0; r < R; r++)
                Solve(jacobians, offset, r, direction);

            var length = new double[R];
            Array.Fill(length, 1);
            bool[] searching = Array.ConvertAll(done, each => !each);
            for (int halving = 0; halving < MaximumHalvings && Array.Exists(searching, each => each); halving++)
            {
                for (int i = 0; i < x.Length; i++)
                    trial[i] = searching[i % R] ? x[i] + length[i % R] * direction[i] : x[i];
                var trialResidual = new double[R];
                double[] trialOffset = Evaluate(trial, z, trialResidual);
                for (int r = 0; r < R; r++)
                {
                    if (!searching[r])
                        continue;
                    if (trialResidual[r] < residual[r])
                    {
                        for (int i = r; i < x.Length; i += R)
                            (x[i], offset[i]) = (trial[i], trialOffset[i]);
                        (residual[r], searching[r]) = (trialResidual[r], false);
                    }

                    length[r] /= 2;
                }
            }

            for (int r = 0; r < R; r++)
                done[r] |= searching[r] || residual[r] == 0;
        }

        Evaluate(x, z, residual);
        for (int r = 0; r < R; r++)
            block.LogDet[r] -= _image.LogDet[r];
        x.CopyTo(block.Values, 0);
    }

    // z - f(x), and per row its largest component relative to z; leaves f(x) and its log-determinant in the image.
    private double[] Evaluate(double[] x, double[] z, double[] residual)
    {
        var offset = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
            _image.Values[i] = (float)x[i];
        _image.LogDet.Clear();
        bijection.Forward(_image);
        Array.Clear(residual);
        for (int i = 0; i < x.Length; i++)
        {
            offset[i] = z[i] - _image.Values[i];
            double relative = Math.Abs(offset[i]) / (1 + Math.Abs(z[i]));
            residual[i % R] = relative <= Tolerance
                ? residual[i % R]
                : Math.Max(residual[i % R], double.IsNaN(relative) ? double.PositiveInfinity : relative);
        }

        return offset;
    }

    // [d, d, 64]: row i, column j of each row's df/dx.
    private double[] Jacobians(double[] x)
    {
        var jacobians = new double[_dimension * x.Length];
        var logDetGradient = new float[x.Length];
        for (int i = -1; i < _dimension; i++)
        {
            for (int k = 0; k < x.Length; k++)
                _input.Values[k] = (float)x[k];
            _gradient.Values.Clear();
            if (i >= 0)
                _gradient.Column(i).Fill(1);
            bijection.Backward(_input, _gradient);
            ReadOnlySpan<float> carried = _gradient.Values.Span[..x.Length];
            if (i < 0)
                carried.CopyTo(logDetGradient);
            for (int k = 0; i >= 0 && k < x.Length; k++)
                jacobians[i * x.Length + k] = (double)carried[k] - logDetGradient[k];
        }

        return jacobians;
    }

    // Gaussian elimination with the largest pivots, for one row; a singular system, which rounding can make, gives no step.
    private void Solve(double[] jacobians, double[] offset, int row, double[] direction)
    {
        int d = _dimension;
        var a = new double[d, d + 1];
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
                a[i, j] = jacobians[(i * d + j) * R + row];
            a[i, d] = offset[i * R + row];
        }

        for (int k = 0; k < d; k++)
        {
            int pivot = Enumerable.Range(k, d - k).MaxBy(i => Math.Abs(a[i, k]));
            if (!(Math.Abs(a[pivot, k]) > 0))
                return;
            for (int j = k; j <= d; j++)
                (a[k, j], a[pivot, j]) = (a[pivot, j], a[k, j]);
            for (int i = k + 1; i < d; i++)
            {
                double factor = a[i, k] / a[k, k];
                for (int j = k; j <= d; j++)
                    a[i, j] -= factor * a[k, j];
            }
        }

        for (int k = d - 1; k >= 0; k--)
        {
            double sum = a[k, d];
            for (int j = k + 1; j < d; j++)
                sum -= a[k, j] * direction[j * R + row];
            direction[k * R + row] = sum / a[k, k];
        }
    }
}
