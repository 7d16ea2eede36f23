using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Preprocessing;

/// <summary>z = (x - mean) / scale, clamped, over blocks, rows, and rows that are being loaded into a block.</summary>
internal static unsafe class StandardizationKernel
{
    private const int R = RowBlock.Rows;
    private const int Group = 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Standardize<V, S>(V x, V mean, V inverseScale)
        where V : struct
        where S : struct, ISimd<V> => ValueLimit.Clamp<V, S>(S.Multiply(S.Subtract(x, mean), inverseScale));

    /// <summary>Rows into columns, standardized in the registers that transpose them; the last group of fewer than eight rows
    /// repeats its last row.</summary>
    /// <remarks>Not to be inlined: among a caller's variables the registers would not do.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Load(
        ReadOnlySpan<float> rows, AlignedBuffer mean, AlignedBuffer inverseScale, RowBlock block, AlignedBuffer finite)
    {
        int d = block.Dimension, last = rows.Length / d - 1;
        block.Count = last + 1;
        fixed (float* first = rows, to = block.Values, means = mean, scales = inverseScale, sums = finite)
        {
            for (int r = 0; r <= last; r += Group)
            {
                var standardized = new StandardizedRows(to + r, means, scales);
                Transposition.OfEight(
                    first + r * d,
                    first + Math.Min(r + 1, last) * d,
                    first + Math.Min(r + 2, last) * d,
                    first + Math.Min(r + 3, last) * d,
                    first + Math.Min(r + 4, last) * d,
                    first + Math.Min(r + 5, last) * d,
                    first + Math.Min(r + 6, last) * d,
                    first + Math.Min(r + 7, last) * d,
                    d,
                    ref standardized);
                Vector256.Store(standardized.Finite, sums + r);
            }
        }
    }

    /// <summary>Over a block, in place; adds the log-determinant.</summary>
    public readonly struct Forward(AlignedBuffer mean, AlignedBuffer inverseScale, float logDet, RowBlock block) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* x = block.Values, logDets = block.LogDet, means = mean, scales = inverseScale)
            {
                for (int d = 0; d < block.Dimension; d++)
                {
                    V center = S.Create(means[d]), scale = S.Create(scales[d]);
                    float* column = x + d * R;
                    for (int r = 0; r < R; r += S.Count)
                        S.Store(Standardize<V, S>(S.Load(column + r), center, scale), column + r);
                }

                V constant = S.Create(logDet);
                for (int r = 0; r < R; r += S.Count)
                    S.Store(S.Add(S.Load(logDets + r), constant), logDets + r);
            }
        }
    }

    /// <summary>Over one row, in place.</summary>
    public readonly struct ForwardRow(AlignedBuffer mean, AlignedBuffer inverseScale, RowWorkspace row) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int d = 0, dimension = mean.Length;
            fixed (float* x = row.Values, means = mean, scales = inverseScale)
            {
                for (; d + S.Count <= dimension; d += S.Count)
                    S.Store(Standardize<V, S>(S.Load(x + d), S.Load(means + d), S.Load(scales + d)), x + d);
                for (; d < dimension; d++)
                    x[d] = Standardize<float, SimdScalar>(x[d], means[d], scales[d]);
            }
        }
    }

    // Columns are standardized before they are stored. x - x is 0 for a finite x, else NaN; bits are joined because a sum would
    // wait for its last term.
    private struct StandardizedRows(float* to, float* means, float* scales) : IEightRows
    {
        public Vector256<float> Finite = Vector256<float>.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(Vector256<float> rows, int column)
        {
            Finite |= rows - rows;
            Vector256<float> mean = Vector256.Create(means[column]), scale = Vector256.Create(scales[column]);
            Vector256.Store(Standardize<Vector256<float>, Simd256>(rows, mean, scale), to + column * R);
        }
    }
}
