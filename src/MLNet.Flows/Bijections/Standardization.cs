using System.Numerics.Tensors;
using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;

namespace MLNet.Flows.Bijections;

/// <summary>z_j = (x_j - mean_j) / scale_j; log|det| = -sum_j log scale_j.</summary>
/// <remarks>Results are kept within +-1e15, where single precision still leaves the maps behind it room to square and add up: a row
/// further out than 1e15 standard deviations counts as that far.</remarks>
internal sealed unsafe class Standardization : Bijection
{
    private const float Farthest = 1e15f;
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
        double logDet = 0;
        for (int d = 0; d < scale.Length; d++)
        {
            _inverseScale[d] = (float)(1 / (double)scale[d]);
            logDet -= Math.Log(scale[d]);
        }

        LogDet = (float)logDet;
    }

    /// <summary>The log-determinant, the same everywhere.</summary>
    public float LogDet { get; }

    public ReadOnlySpan<float> Mean => _mean.Span;

    public ReadOnlySpan<float> Scale => _scale;

    public override BijectionKind Kind => BijectionKind.Standardization;

    /// <summary>The weighted mean and standard deviation of every column, in double precision.</summary>
    /// <param name="matrix">[n, d].</param>
    /// <param name="weights">[n] positive, or empty for all 1.</param>
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
            [.. mean.Select(m => (float)m)],
            [.. sumOfSquares.Select(s => (float)Math.Clamp(Math.Sqrt(s / total), 1e-30, 1e38))]);
    }

    /// <summary>Standardizes the matrix in place, with the same bits as <see cref="Forward(RowBlock)"/>.</summary>
    public void Apply(FeatureMatrix matrix)
    {
        ReadOnlySpan<float> mean = _mean.Span, inverseScale = _inverseScale.Span;
        for (int i = 0; i < matrix.RowCount; i++)
        {
            Span<float> row = matrix.Row(i);
            for (int d = 0; d < row.Length; d++)
                row[d] = Standardize<float, SimdScalar>(row[d], mean[d], inverseScale[d]);
        }
    }

    public override void Forward(RowBlock block)
    {
        var operation = new BlockForward(this, block);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override float Forward(RowWorkspace row)
    {
        var operation = new RowForward(this, row);
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
        reader.Check(dimension >= 0, $"a standardization of dimension {dimension}");
        reader.CheckRemaining(2L * dimension * sizeof(float));
        float[] mean = reader.ReadFiniteSingles(dimension), scale = reader.ReadFiniteSingles(dimension);
        foreach (float s in scale)
            reader.Check(s >= 1e-38f, $"the scale {s}");
        return new Standardization(mean, scale);
    }

    private static V Standardize<V, S>(V x, V mean, V inverseScale)
        where V : struct
        where S : struct, ISimd<V>
    {
        V z = S.Multiply(S.Subtract(x, mean), inverseScale);
        return S.Min(S.Max(z, S.Create(-Farthest)), S.Create(Farthest));
    }

    private struct BlockForward(Standardization bijection, RowBlock block) : ISimdOperation
    {
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* x = block.Values, logDet = block.LogDet, means = bijection._mean, scales = bijection._inverseScale)
            {
                for (int d = 0; d < bijection.Dimension; d++)
                {
                    V mean = S.Create(means[d]), scale = S.Create(scales[d]);
                    float* column = x + d * RowBlock.Rows;
                    for (int r = 0; r < RowBlock.Rows; r += S.Count)
                        S.Store(Standardize<V, S>(S.Load(column + r), mean, scale), column + r);
                }

                V constant = S.Create(bijection.LogDet);
                for (int r = 0; r < RowBlock.Rows; r += S.Count)
                    S.Store(S.Add(S.Load(logDet + r), constant), logDet + r);
            }
        }
    }

    private struct RowForward(Standardization bijection, RowWorkspace row) : ISimdOperation
    {
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int d = 0;
            fixed (float* x = row.Values, means = bijection._mean, scales = bijection._inverseScale)
            {
                for (; d + S.Count <= bijection.Dimension; d += S.Count)
                    S.Store(Standardize<V, S>(S.Load(x + d), S.Load(means + d), S.Load(scales + d)), x + d);
                for (; d < bijection.Dimension; d++)
                    x[d] = Standardize<float, SimdScalar>(x[d], means[d], scales[d]);
            }
        }
    }
}
