using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Preprocessing;

/// <summary>z_i = sum_j M_ij (x_j - mean_j), j ascending, over blocks and rows; the matrix comes column by column, columns[j, i]
/// = M_ij.</summary>
internal static unsafe class WhiteningKernel
{
    private const int R = RowBlock.Rows;

    /// <summary>Over a block, by way of its scratch columns; adds the log-determinant.</summary>
    public readonly struct Forward(AlignedBuffer mean, AlignedBuffer columns, float logDet, RowBlock block) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int dimension = mean.Length;
            fixed (float* x = block.Values, logDets = block.LogDet, means = mean, matrix = columns)
            {
                float* z = x + dimension * R;
                for (int j = 0; j < dimension; j++)
                {
                    V center = S.Create(means[j]);
                    for (int r = 0; r < R; r += S.Count)
                        S.Store(S.Subtract(S.Load(x + j * R + r), center), x + j * R + r);
                }

                for (int i = 0; i < dimension; i++)
                {
                    for (int r = 0; r < R; r += 4 * S.Count)
                    {
                        V z0 = S.Create(0), z1 = z0, z2 = z0, z3 = z0;
                        float* y = x + r;
                        for (int j = 0; j < dimension; j++, y += R)
                        {
                            V m = S.Create(matrix[j * dimension + i]);
                            z0 = S.MultiplyAdd(m, S.Load(y), z0);
                            z1 = S.MultiplyAdd(m, S.Load(y + S.Count), z1);
                            z2 = S.MultiplyAdd(m, S.Load(y + 2 * S.Count), z2);
                            z3 = S.MultiplyAdd(m, S.Load(y + 3 * S.Count), z3);
                        }

                        float* to = z + i * R + r;
                        S.Store(z0, to);
                        S.Store(z1, to + S.Count);
                        S.Store(z2, to + 2 * S.Count);
                        S.Store(z3, to + 3 * S.Count);
                    }
                }

                Buffer.MemoryCopy(z, x, (long)dimension * R * sizeof(float), (long)dimension * R * sizeof(float));
                V constant = S.Create(logDet);
                for (int r = 0; r < R; r += S.Count)
                    S.Store(S.Add(S.Load(logDets + r), constant), logDets + r);
            }
        }
    }

    /// <summary>Over one row, in place.</summary>
    public readonly struct ForwardRow(AlignedBuffer mean, AlignedBuffer columns, RowWorkspace row) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int dimension = mean.Length;
            fixed (float* x = row.Values, z = row.Scratch, means = mean, matrix = columns)
            {
                for (int j = 0; j < dimension; j++)
                    x[j] -= means[j];
                for (int i = 0; i < dimension; i += S.Count)
                {
                    V sum = S.Create(0);
                    for (int j = 0; j < dimension; j++)
                        sum = S.MultiplyAdd(S.Load(matrix + j * dimension + i), S.Create(x[j]), sum);
                    S.Store(sum, z + i);
                }

                Buffer.MemoryCopy(z, x, (long)dimension * sizeof(float), (long)dimension * sizeof(float));
            }
        }
    }
}
