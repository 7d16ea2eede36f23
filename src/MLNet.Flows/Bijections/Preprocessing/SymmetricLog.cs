using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Preprocessing;

/// <summary>Pulls in the far ends of some columns: the identity up to a threshold t, logarithmic beyond, in either
/// direction.</summary>
/// <remarks>
/// z = x where |x| is at most t, else sign(x) t (1 + log(|x| / t)); log|det| = -sum log max(|x| / t, 1). Value and slope are
/// continuous at t. For standardized columns with values so far out that they would set the scale for all rows. As a density, a
/// normal in z has tails in x that fall more slowly than any normal's. The symmetric logarithm of plots (Webber 2013,
/// doi:10.1088/0957-0233/24/2/027001), made linear inside.
/// </remarks>
internal sealed class SymmetricLog : Bijection
{
    private const int MaximumDimension = 1 << 24;
    private readonly int[] _columns;

    /// <param name="dimension">d.</param>
    /// <param name="columns">The columns that it acts on, ascending; the others stay as they are.</param>
    /// <param name="threshold">t, positive.</param>
    public SymmetricLog(int dimension, int[] columns, float threshold)
        : base(dimension)
    {
        _columns = columns;
        Threshold = threshold;
    }

    public ReadOnlySpan<int> Columns => _columns;

    public float Threshold { get; }

    public override BijectionKind Kind => BijectionKind.SymmetricLog;

    public override void Forward(RowBlock block)
    {
        var operation = new SymmetricLogKernel.Forward(this, block);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override float Forward(RowWorkspace row) => Forward(row.Values.Span);

    /// <summary>Maps one row [d] in place and returns log|det|; the same bits as in a block.</summary>
    public float Forward(Span<float> row)
    {
        float logDet = 0;
        foreach (int column in _columns)
        {
            row[column] = SymmetricLogKernel.Map<float, SimdScalar>(row[column], Threshold, 1 / Threshold, out float logSlope);
            logDet += logSlope;
        }

        return logDet;
    }

    public override void Inverse(DoubleBlock block)
    {
        foreach (int column in _columns)
        {
            Span<double> values = block.Values.AsSpan(column * RowBlock.Rows, RowBlock.Rows);
            for (int r = 0; r < values.Length; r++)
            {
                double beyond = Math.Max(Math.Abs(values[r]) / Threshold - 1, 0);
                if (beyond > 0)
                    values[r] = Math.CopySign(Threshold * Math.Exp(beyond), values[r]);
                block.LogDet[r] += beyond;
            }
        }
    }

    // Beyond t, dz/dx = t / |x| and d log|det| / dx = -1 / x.
    public override void Backward(RowBlock input, RowBlock gradient)
    {
        foreach (int column in _columns)
        {
            Span<float> x = input.Column(column), g = gradient.Column(column);
            for (int r = 0; r < g.Length; r++)
            {
                if (Math.Abs(x[r]) > Threshold)
                    g[r] = g[r] * (Threshold / Math.Abs(x[r])) - 1 / x[r];
            }
        }
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(Threshold);
        writer.Write(_columns.Length);
        foreach (int column in _columns)
            writer.Write(column);
    }

    public static SymmetricLog Read(ModelReader reader)
    {
        int dimension = reader.ReadInt32();
        float threshold = reader.ReadSingle();
        int count = reader.ReadInt32();
        reader.Check(
            dimension is >= 1 and <= MaximumDimension && threshold is > 1e-15f and < 1e15f && count >= 0 && count <= dimension,
            $"a symmetric logarithm of {count} among {dimension} columns beyond {threshold}");
        reader.CheckRemaining((long)count * sizeof(int));
        var columns = new int[count];
        for (int i = 0; i < count; i++)
        {
            columns[i] = reader.ReadInt32();
            reader.Check(
                columns[i] > (i == 0 ? -1 : columns[i - 1]) && columns[i] < dimension,
                $"the column {columns[i]} among {dimension}, not ascending");
        }

        return new SymmetricLog(dimension, columns, threshold);
    }
}
