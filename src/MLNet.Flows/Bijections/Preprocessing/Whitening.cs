using System.Numerics.Tensors;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Preprocessing;

/// <summary>PCA whitening of standardized data, with shrinkage: z = M (x - mean), M = L^(-1/2) V^T; log|det| = -1/2 sum log
/// l_i.</summary>
/// <remarks>V L V^T = (1 - shrinkage) covariance + shrinkage I, with eigenvalues kept at or above 1e-4 of the largest, so that
/// rank-deficient data (one-hot columns) stays a full-rank density whose remaining directions have that variance. O(d^2) per
/// row.</remarks>
internal sealed class Whitening : Bijection
{
    private const double EigenvalueFloor = 1e-4;
    private readonly float[] _mean;
    private readonly float[] _matrix;

    /// <param name="mean">[d].</param>
    /// <param name="matrix">M, [d, d], row-major.</param>
    /// <param name="logDet">log|det M|.</param>
    public Whitening(float[] mean, float[] matrix, float logDet)
        : base(mean.Length)
    {
        (_mean, _matrix, LogDet) = (mean, matrix, logDet);
        Mean = new AlignedBuffer(mean.Length);
        Columns = new AlignedBuffer(matrix.Length + 16);
        mean.CopyTo(Mean.Span);
        for (int i = 0; i < Dimension; i++)
        {
            for (int j = 0; j < Dimension; j++)
                Columns[j * Dimension + i] = matrix[i * Dimension + j];
        }
    }

    public float LogDet { get; }

    /// <summary>[d].</summary>
    public ReadOnlySpan<float> Center => _mean;

    /// <summary>M, [d, d], row-major.</summary>
    public ReadOnlySpan<float> Matrix => _matrix;

    public override int ScratchColumns => Dimension;

    public override BijectionKind Kind => BijectionKind.Whitening;

    private AlignedBuffer Mean { get; }

    // [j, i] = M_ij, so that one x_j meets a run of outputs.
    private AlignedBuffer Columns { get; }

    /// <param name="matrix">[n, d], standardized.</param>
    /// <param name="weights">[n], or empty for all 1.</param>
    /// <param name="shrinkage">In [0, 1].</param>
    /// <param name="limits">[d]: values beyond +-limit count as that far here, so that a few far ones do not decide; empty for
    /// none.</param>
    /// <param name="checkpoint">Called between steps; throws where the caller cancelled.</param>
    public static Whitening Fit(
        FeatureMatrix matrix, ReadOnlySpan<float> weights, double shrinkage, ReadOnlySpan<float> limits = default,
        Action? checkpoint = null)
    {
        int dimension = matrix.Dimension;
        var mean = new double[dimension];
        var covariance = new double[dimension * dimension];
        var row = new float[dimension];
        double total = 0;
        for (int i = 0; i < matrix.RowCount; i++)
        {
            checkpoint?.Invoke();
            double weight = weights.IsEmpty ? 1 : weights[i];
            total += weight;
            matrix.Row(i).CopyTo(row);
            for (int d = 0; d < limits.Length; d++)
                row[d] = Math.Clamp(row[d], -limits[d], limits[d]);
            for (int a = 0; a < dimension; a++)
            {
                mean[a] += weight * row[a];
                double scaled = weight * row[a];
                for (int b = 0; b <= a; b++)
                    covariance[a * dimension + b] += scaled * row[b];
            }
        }

        for (int a = 0; a < dimension; a++)
        {
            for (int b = 0; b <= a; b++)
            {
                double value = (1 - shrinkage) * (covariance[a * dimension + b] / total - mean[a] * mean[b] / (total * total));
                covariance[a * dimension + b] = covariance[b * dimension + a] = value + (a == b ? shrinkage : 0);
            }
        }

        SymmetricEigen eigen = SymmetricEigen.Of(covariance, dimension, checkpoint);
        double floor = Math.Max(EigenvalueFloor * eigen.Values.DefaultIfEmpty(1).Max(), 1e-12);
        var whitening = new float[dimension * dimension];
        double logDet = 0;
        for (int i = 0; i < dimension; i++)
        {
            double value = Math.Max(eigen.Values[i], floor);
            logDet -= 0.5 * Math.Log(value);
            for (int j = 0; j < dimension; j++)
                whitening[i * dimension + j] = (float)(eigen.Vectors[i * dimension + j] / Math.Sqrt(value));
        }

        return new Whitening([.. mean.Select(m => (float)(m / total))], whitening, (float)logDet);
    }

    /// <summary>Whitens the matrix in place, with the same bits as <see cref="Forward(RowBlock)"/>.</summary>
    public void Apply(FeatureMatrix matrix, Action? checkpoint = null)
    {
        var workspace = new RowWorkspace(Dimension, ScratchColumns);
        for (int i = 0; i < matrix.RowCount; i++)
        {
            checkpoint?.Invoke();
            Span<float> row = matrix.Row(i);
            row.CopyTo(workspace.Values.Span);
            Forward(workspace);
            workspace.Values.Span[..Dimension].CopyTo(row);
        }
    }

    public override void Forward(RowBlock block)
    {
        var operation = new WhiteningKernel.Forward(Mean, Columns, LogDet, block);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override float Forward(RowWorkspace row)
    {
        var operation = new WhiteningKernel.ForwardRow(Mean, Columns, row);
        SimdDispatch.Run(row.Width, ref operation);
        return LogDet;
    }

    /// <remarks>The rows of M are orthogonal up to rounding, so M^T with row i divided by |M_i|^2 is almost M^-1; two rounds of
    /// refinement (x += M^-1 (z - M x)) take the rounding out.</remarks>
    public override void Inverse(DoubleBlock block)
    {
        const int R = RowBlock.Rows;
        var z = (double[])block.Values.Clone();
        var residual = (double[])block.Values.Clone();
        double[] x = block.Values;
        x.AsSpan().Clear();
        for (int round = 0; round < 3; round++)
        {
            if (round > 0)
            {
                z.CopyTo(residual, 0);
                for (int i = 0; i < Dimension; i++)
                {
                    for (int j = 0; j < Dimension; j++)
                        AddScaled(-_matrix[i * Dimension + j], x.AsSpan(j * R, R), residual.AsSpan(i * R, R));
                }
            }

            for (int i = 0; i < Dimension; i++)
            {
                double size = 0;
                foreach (float m in _matrix.AsSpan(i * Dimension, Dimension))
                    size += (double)m * m;
                for (int j = 0; j < Dimension; j++)
                    AddScaled(_matrix[i * Dimension + j] / size, residual.AsSpan(i * R, R), x.AsSpan(j * R, R));
            }
        }

        for (int d = 0; d < Dimension; d++)
            TensorPrimitives.Add(x.AsSpan(d * R, R), _mean[d], x.AsSpan(d * R, R));
        TensorPrimitives.Subtract(block.LogDet, LogDet, block.LogDet);
    }

    // dL/dx_j = sum_i M_ij dL/dz_i.
    public override void Backward(RowBlock input, RowBlock gradient)
    {
        var result = new float[Dimension * RowBlock.Rows];
        for (int j = 0; j < Dimension; j++)
        {
            Span<float> column = result.AsSpan(j * RowBlock.Rows, RowBlock.Rows);
            for (int i = 0; i < Dimension; i++)
                TensorPrimitives.MultiplyAdd(gradient.Column(i), _matrix[i * Dimension + j], column, column);
        }

        result.CopyTo(gradient.Values.Span);
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(LogDet);
        writer.Write(_mean);
        writer.Write(_matrix);
    }

    public static Whitening Read(ModelReader reader)
    {
        int dimension = reader.ReadInt32();
        float logDet = reader.ReadSingle();
        reader.Check(
            dimension is >= 1 and <= 40_000 && float.IsFinite(logDet),
            $"a whitening of dimension {dimension} with log-determinant {logDet}");
        reader.CheckRemaining((1L + dimension) * dimension * sizeof(float));
        reader.Reserve((1L + dimension) * dimension * sizeof(float));
        return new Whitening(reader.ReadFiniteSingles(dimension), reader.ReadFiniteSingles(dimension * dimension), logDet);
    }

    private static void AddScaled(double scale, ReadOnlySpan<double> vector, Span<double> sum) =>
        TensorPrimitives.MultiplyAdd(vector, scale, sum, sum);
}
