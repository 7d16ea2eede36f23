using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Continuous;

/// <summary>The way of points from t = 1 to t = 0 along a velocity field, by the classical Runge-Kutta method in N equal steps,
/// and a gradient's way back through the same stages.</summary>
/// <remarks>
/// With h = 1/N, y at time t becomes y - h/6 (k1 + 2 k2 + 2 k3 + k4) at t - h, where
/// 1. k1 = v(y, t), k2 = v(y - h/2 k1, t - h/2), k3 = v(y - h/2 k2, t - h/2), k4 = v(y - h k3, t - h);
/// 2. the log-determinant loses h/6 (div1 + 2 div2 + 2 div3 + div4), the divergences at the same points and times.
/// Every row takes the same steps. Values are kept within +-<see cref="ValueLimit"/>.
/// </remarks>
internal static unsafe class RungeKuttaKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <param name="map">The field and its steps.</param>
    /// <param name="row">Whether it is one row.</param>
    /// <param name="context">[context columns, 64 or 1].</param>
    /// <param name="y">[d, 64 or 1]; overwritten with z.</param>
    /// <param name="scratch">The map's scratch columns.</param>
    /// <param name="logDet">[64 or 1]; the log-determinant is added.</param>
    /// <param name="states">[N, d, 64], receives the points before each step; null for none.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(
        ContinuousMap map, bool row, float* context, float* y, float* scratch, float* logDet, float* states = null)
    {
        VelocityField field = map.Field;
        int rows = row ? 1 : R, length = map.PaddedColumns * rows, points = row ? length : map.Dimension * R;
        float* stage = scratch, k = stage + length, sum = k + length;
        var units = new VelocityUnits(field, rows, sum + length);
        VelocityKernel<V, S>.SetContext(field, row, context, units);
        float* divergence = stackalloc float[2 * R], total = divergence + R;
        new Span<float>(total, R).Clear();
        float h = 1f / map.Steps;
        for (int step = 0; step < map.Steps; step++)
        {
            if (states != null)
                new Span<float>(y, points).CopyTo(new Span<float>(states + step * points, points));
            ReadOnlySpan<AlignedBuffer> biases = map.Biases.AsSpan(2 * step, 3);
            new Span<float>(sum, points).Clear();
            float* point = y;
            for (int i = 0; i < 4; i++)
            {
                float share = i is 0 or 3 ? h / 6 : h / 3;
                VelocityKernel<V, S>.Evaluate(field, row, biases[(i + 1) / 2], point, units, k, divergence);
                AddScaled(rows, total, -share, divergence, total);
                AddScaled(points, sum, share, k, sum);
                if (i < 3)
                    AddScaled(points, y, i < 2 ? -h / 2 : -h, k, point = stage);
            }

            AddScaled(points, y, -1, sum, y);
        }

        AddScaled(rows, logDet, 1, total, logDet);
    }

    /// <summary>From dL/dz to dL/dx, where L counts the log-determinant as well.</summary>
    /// <remarks>The points before each step are kept; those of its stages are made again. With g on y - h/6 (k1 + ...) and, for
    /// each stage, the gradient that its k has got so far, the field's backward pass gives what its point gets; that goes on to
    /// y and to the k before.</remarks>
    /// <param name="map">The field and its steps.</param>
    /// <param name="context">[context columns, 64].</param>
    /// <param name="x">[d, 64].</param>
    /// <param name="scratch">The map's scratch columns.</param>
    /// <param name="g">[d, 64], dL/dz; overwritten.</param>
    /// <param name="gradientScratch">The map's scratch columns.</param>
    /// <param name="states">[N + 4, d, 64], overwritten.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(
        ContinuousMap map, float* context, float* x, float* scratch, float* g, float* gradientScratch, float* states)
    {
        VelocityField field = map.Field;
        int length = map.PaddedColumns * R, points = map.Dimension * R;
        float* stages = states + map.Steps * points, divergence = stackalloc float[R];
        new Span<float>(x, points).CopyTo(new Span<float>(stages, points));
        new Span<float>(divergence, R).Clear();
        Forward(map, row: false, context, stages, scratch, divergence, states);

        float* k = scratch;
        var units = new VelocityUnits(field, R, scratch + 3 * length);
        float* onK = gradientScratch, onStage = onK + length, after = onStage + length;
        var unitScratch = new VelocityUnits(field, R, after + length);
        float h = 1f / map.Steps;
        ReadOnlySpan<float> fractions = [0, -h / 2, -h / 2, -h], shares = [-h / 6, -h / 3, -h / 3, -h / 6];
        for (int step = map.Steps - 1; step >= 0; step--)
        {
            float* y = states + step * points;
            new Span<float>(y, points).CopyTo(new Span<float>(stages, points));
            for (int i = 1; i < 4; i++)
            {
                VelocityKernel<V, S>.Evaluate(field, false, Biases(map, step, i - 1), stages + (i - 1) * points, units, k, null);
                AddScaled(points, y, fractions[i], k, stages + i * points);
            }

            new Span<float>(g, points).CopyTo(new Span<float>(after, points));
            for (int i = 3; i >= 0; i--)
            {
                VelocityKernel<V, S>.Evaluate(field, false, Biases(map, step, i), stages + i * points, units, k, divergence);
                Scale(points, after, shares[i], onK);
                if (i < 3)
                    AddScaled(points, onK, fractions[i + 1], onStage, onK);
                VelocityKernel<V, S>.Backward(field, units, onK, shares[i], unitScratch, onStage);
                AddScaled(points, g, 1, onStage, g);
            }
        }
    }

    private static AlignedBuffer Biases(ContinuousMap map, int step, int stage) => map.Biases[2 * step + (stage + 1) / 2];

    // to = a + factor b, within the limit; of one row's value, or of whole vectors.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(int length, float* a, float factor, float* b, float* to)
    {
        if (length == 1)
        {
            *to = ValueLimit.Clamp<float, SimdScalar>(SimdScalar.MultiplyAdd(factor, *b, *a));
            return;
        }

        V f = S.Create(factor);
        for (int i = 0; i < length; i += S.Count)
            S.Store(ValueLimit.Clamp<V, S>(S.MultiplyAdd(f, S.Load(b + i), S.Load(a + i))), to + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(int length, float* a, float factor, float* to)
    {
        V f = S.Create(factor);
        for (int i = 0; i < length; i += S.Count)
            S.Store(S.Multiply(f, S.Load(a + i)), to + i);
    }
}
