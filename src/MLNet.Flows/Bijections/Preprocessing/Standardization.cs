using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Preprocessing;

/// <summary>z_j = (x_j - mean_j) / scale_j; log|det| = -sum_j log scale_j.</summary>
/// <remarks>Results are clamped (<see cref="ValueLimit"/>): a row further out than 1e15 standard deviations counts as that
/// far.</remarks>
internal sealed class Standardization : Bijection
{
    /// <summary>Columns whose values differ by less than this count as equal.</summary>
    public const float SmallestScale = 2e-38f;

    private readonly AlignedBuffer _mean;
    private readonly AlignedBuffer _inverseScale;
    private readonly float[] _scale;

    /// <param name="mean">[d].</param>
    /// <param name="scale">[d], positive.</param>
    public Standardization(float[] mean, float[] scale)
        : base(mean.Length)
    {
        _scale = scale;
        _mean = new AlignedBuffer(mean.Length);
        _inverseScale = new AlignedBuffer(mean.Length);
        mean.CopyTo(_mean.Span);
        LogDet = Invert(scale, _inverseScale.Span);
    }

    /// <summary>The log-determinant, the same everywhere.</summary>
    public float LogDet { get; }

    public ReadOnlySpan<float> Mean => _mean.Span;

    public ReadOnlySpan<float> Scale => _scale;

    public override BijectionKind Kind => BijectionKind.Standardization;

    /// <summary>The weighted mean and standard deviation of every column, in double precision.</summary>
    /// <param name="matrix">[n, d].</param>
    /// <param name="weights">[n] positive, or empty for all 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Standardization Fit(FeatureMatrix matrix, ReadOnlySpan<float> weights)
    {
        int dimension = matrix.Dimension;
        var mean = new double[dimension];
        var sumOfSquares = new double[dimension];
        double total = 0;
        for (int i = 0; i < matrix.RowCount; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i];
            total += weight;
            Span<float> row = matrix.Row(i);
            for (int d = 0; d < dimension; d++)
            {
                double delta = row[d] - mean[d];
                mean[d] += delta * weight / total;
                sumOfSquares[d] += weight * delta * (row[d] - mean[d]);
            }
        }

        return new Standardization(
            [.. mean.Select(m => (float)m)], [.. sumOfSquares.Select(s => ClampScale(Math.Sqrt(s / total)))]);
    }

    /// <summary>The scale as Single, within what has an inverse as Single: 2e-38 to the largest value.</summary>
    public static float ClampScale(double scale) => (float)Math.Clamp(scale, SmallestScale, float.MaxValue);

    /// <summary>The inverse scales; returns the log-determinant, minus the sum of their logarithms.</summary>
    public static float Invert(ReadOnlySpan<float> scale, Span<float> inverseScale)
    {
        double logDet = 0;
        for (int d = 0; d < scale.Length; d++)
        {
            inverseScale[d] = (float)(1 / (double)scale[d]);
            logDet -= Math.Log(scale[d]);
        }

        return (float)logDet;
    }

    /// <summary>Standardizes the matrix in place, with the same bits as <see cref="Forward(RowBlock)"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(FeatureMatrix matrix)
    {
        ReadOnlySpan<float> mean = _mean.Span, inverseScale = _inverseScale.Span;
        for (int i = 0; i < matrix.RowCount; i++)
        {
            Span<float> row = matrix.Row(i);
            for (int d = 0; d < row.Length; d++)
                row[d] = StandardizationKernel.Standardize<float, SimdScalar>(row[d], mean[d], inverseScale[d]);
        }
    }

    public override void Forward(RowBlock block)
    {
        var operation = new StandardizationKernel.Forward(_mean, _inverseScale, LogDet, block);
        SimdDispatch.Run(block.Width, ref operation);
    }

    /// <summary>Loads rows [n, d] into the block and standardizes them on the way, with the same bits as
    /// <see cref="Forward(RowBlock)"/>.</summary>
    /// <param name="rows">At most 64 rows.</param>
    /// <param name="block">Its LogDet is set.</param>
    /// <param name="finite">[64], receives 0 where all values of a row are finite, else NaN.</param>
    public void Load(ReadOnlySpan<float> rows, RowBlock block, AlignedBuffer finite)
    {
        StandardizationKernel.Load(rows, _mean, _inverseScale, block, finite);
        block.LogDet.Span.Fill(LogDet);
    }

    /// <summary>Whether the other makes the same of every row.</summary>
    public bool SameAs(Standardization other) =>
        Mean.SequenceEqual(other.Mean) && Scale.SequenceEqual(other.Scale);

    public override float Forward(RowWorkspace row)
    {
        var operation = new StandardizationKernel.ForwardRow(_mean, _inverseScale, row);
        SimdDispatch.Run(row.Width, ref operation);
        return LogDet;
    }

    public override void Inverse(DoubleBlock block)
    {
        Span<double> values = block.Values;
        for (int d = 0; d < Dimension; d++)
        {
            double mean = _mean[d], scale = 1 / (double)_inverseScale[d];
            foreach (ref double x in values.Slice(d * RowBlock.Rows, RowBlock.Rows))
                x = mean + x * scale;
        }

        foreach (ref double logDet in block.LogDet.AsSpan())
            logDet -= LogDet;
    }

    public override void Backward(RowBlock input, RowBlock gradient)
    {
        for (int d = 0; d < Dimension; d++)
            TensorPrimitives.Multiply(gradient.Column(d), _inverseScale[d], gradient.Column(d));
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(Mean);
        writer.Write(_scale);
    }

    public static Standardization Read(ModelReader reader)
    {
        int dimension = reader.ReadInt32();
        reader.Check(dimension >= 1, $"a standardization of dimension {dimension}");
        reader.CheckRemaining(2L * dimension * sizeof(float));
        reader.Reserve(2L * dimension * sizeof(float));
        float[] mean = reader.ReadFiniteSingles(dimension), scale = reader.ReadFiniteSingles(dimension);
        foreach (float s in scale)
            reader.Check(s >= 1e-38f, $"the scale {s}");
        return new Standardization(mean, scale);
    }
}
