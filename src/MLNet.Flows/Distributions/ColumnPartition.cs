using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>Which feature columns a flow acts on and which were constant in training.</summary>
/// <remarks>Constant columns stay in the density as independent factors, so that a row that departs from one is plainly
/// strange.</remarks>
internal sealed class ColumnPartition
{
    private readonly ConstantFactor _constants;

    /// <param name="featureCount">Columns in all.</param>
    /// <param name="constantColumns">Indices of the constant columns, ascending.</param>
    /// <param name="constants">Their values and what a departure from them costs.</param>
    public ColumnPartition(int featureCount, int[] constantColumns, ConstantFactor constants)
    {
        FeatureCount = featureCount;
        ConstantColumns = constantColumns;
        _constants = constants;
        ActiveColumns = new int[featureCount - constantColumns.Length];
        for (int column = 0, constant = 0; column < featureCount; column++)
        {
            if (constant < constantColumns.Length && constantColumns[constant] == column)
                constant++;
            else
                ActiveColumns[column - constant] = column;
        }
    }

    public int FeatureCount { get; }

    /// <summary>Indices of the columns that vary, ascending.</summary>
    public int[] ActiveColumns { get; }

    public int[] ConstantColumns { get; }

    public ConstantFactor Constants => _constants;

    public ReadOnlySpan<float> ConstantValues => _constants.Values;

    /// <summary>log-density of the constant columns at a row of all features, in nats.</summary>
    public float ConstantLogProb(ReadOnlySpan<float> features)
    {
        double sum = 0;
        for (int i = 0; i < ConstantColumns.Length; i++)
            sum += _constants.LogProb(i, features[ConstantColumns[i]]);
        return (float)Math.Max(sum, float.MinValue);
    }

    /// <summary>The same columns, where a departure from a constant is less likely than all of these rows.</summary>
    /// <param name="logLikelihoods">Of rows that keep all constants.</param>
    public ColumnPartition WithDeparturesBelow(ReadOnlySpan<float> logLikelihoods)
    {
        if (_constants is not PlateauConstants plateau || ConstantColumns.Length == 0)
            return this;
        double lowest = double.PositiveInfinity, highest = double.NegativeInfinity;
        foreach (float logLikelihood in logLikelihoods)
            (lowest, highest) = (Math.Min(lowest, logLikelihood), Math.Max(highest, logLikelihood));
        return new ColumnPartition(FeatureCount, ConstantColumns, plateau.BeyondRange(highest - lowest));
    }

    public void Write(ModelWriter writer)
    {
        writer.Write(FeatureCount);
        writer.Write(ConstantColumns.Length);
        foreach (int column in ConstantColumns)
            writer.Write(column);
        ConstantFactorReader.Write(_constants, writer);
    }

    /// <param name="reader">The file.</param>
    /// <param name="version">Of the format.</param>
    public static ColumnPartition Read(ModelReader reader, int version)
    {
        int featureCount = reader.ReadInt32();
        int count = reader.ReadInt32();
        reader.Check(featureCount >= (version < 5 ? 1 : 0) && featureCount <= 1 << 24 && count >= 0 && count <= featureCount,
            $"{featureCount} features with {count} constant ones");
        reader.CheckRemaining(2L * count * sizeof(int));
        reader.Reserve(featureCount * (long)sizeof(int) + count * (long)sizeof(int));
        var columns = new int[count];
        for (int i = 0; i < count; i++)
        {
            columns[i] = reader.ReadInt32();
            reader.Check(
                columns[i] < featureCount && columns[i] > (i == 0 ? -1 : columns[i - 1]), $"constant column {columns[i]}");
        }

        return new ColumnPartition(featureCount, columns, ConstantFactorReader.Read(reader, count, version));
    }
}
