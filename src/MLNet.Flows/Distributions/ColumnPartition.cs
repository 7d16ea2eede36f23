using MLNet.Flows.Persistence;

namespace MLNet.Flows.Distributions;

/// <summary>Which feature columns a flow acts on and which were constant in training.</summary>
/// <remarks>
/// A constant column stays in the density as an independent normal factor N(value, scale^2) with
/// scale = 0.01 max(|value|, 1): rows that keep the constant gain a fixed log-density, rows that depart from it lose half the
/// squared departure in scales, which makes them plainly strange.
/// </remarks>
internal sealed class ColumnPartition
{
    private static readonly double LogSqrtTwoPi = 0.5 * Math.Log(2 * Math.PI);
    private readonly float[] _constantValues;

    /// <param name="featureCount">Columns in all.</param>
    /// <param name="constantColumns">Indices of the constant columns, ascending.</param>
    /// <param name="constantValues">Their values.</param>
    public ColumnPartition(int featureCount, int[] constantColumns, float[] constantValues)
    {
        FeatureCount = featureCount;
        ConstantColumns = constantColumns;
        _constantValues = constantValues;
        ActiveColumns = [.. Enumerable.Range(0, featureCount).Except(constantColumns)];
    }

    public int FeatureCount { get; }

    /// <summary>Indices of the columns that vary, ascending.</summary>
    public int[] ActiveColumns { get; }

    public int[] ConstantColumns { get; }

    public ReadOnlySpan<float> ConstantValues => _constantValues;

    public static double Scale(float value) => 0.01 * Math.Max(Math.Abs((double)value), 1);

    /// <summary>log-density of the constant columns' factor at a row of all features, in nats.</summary>
    public float ConstantLogProb(ReadOnlySpan<float> features)
    {
        double sum = 0;
        for (int i = 0; i < ConstantColumns.Length; i++)
        {
            double z = ConstantDeparture(i, features[ConstantColumns[i]]);
            sum -= 0.5 * z * z + Math.Log(Scale(_constantValues[i])) + LogSqrtTwoPi;
        }

        return (float)Math.Max(sum, float.MinValue);
    }

    /// <summary>How far a value of the i-th constant column is from the constant, in scales.</summary>
    public double ConstantDeparture(int i, float value) => (value - (double)_constantValues[i]) / Scale(_constantValues[i]);

    public void Write(ModelWriter writer)
    {
        writer.Write(FeatureCount);
        writer.Write(ConstantColumns.Length);
        foreach (int column in ConstantColumns)
            writer.Write(column);
        writer.Write(_constantValues);
    }

    public static ColumnPartition Read(ModelReader reader)
    {
        int featureCount = reader.ReadInt32();
        int count = reader.ReadInt32();
        reader.Check(featureCount > 0 && featureCount <= 1 << 24 && count >= 0 && count <= featureCount,
            $"{featureCount} features with {count} constant ones");
        reader.CheckRemaining(2L * count * sizeof(int));
        var columns = new int[count];
        for (int i = 0; i < count; i++)
        {
            columns[i] = reader.ReadInt32();
            reader.Check(columns[i] < featureCount && columns[i] > (i == 0 ? -1 : columns[i - 1]), $"constant column {columns[i]}");
        }

        return new ColumnPartition(featureCount, columns, reader.ReadFiniteSingles(count));
    }
}
