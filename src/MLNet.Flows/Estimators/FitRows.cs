using Microsoft.ML;
using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators.Context;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Schema;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators;

/// <summary>The rows of a fit, read once, with what does not depend on a flow: columns that never vary are set aside, and the
/// context is standardized.</summary>
internal sealed class FitRows
{
    private FeatureMatrix? _active;

    private FitRows(TrainingRows source, string featureColumnName, string[]? slotNames)
    {
        (Source, FeatureColumnName, SlotNames) = (source, featureColumnName, slotNames);
        Columns = ConstantColumns.Find(source.Features);
        Ranges = source.Features.Ranges();
        _active = source.Features.TakeColumns(Columns.ActiveColumns);
        Count = _active.RowCount;
    }

    /// <summary>The rows as read, for their weights, their categories and how many were skipped; it has given up their
    /// features.</summary>
    public TrainingRows Source { get; }

    /// <summary>In messages; empty where all columns are categorical.</summary>
    public string FeatureColumnName { get; }

    /// <summary>Of the features; null where they have none.</summary>
    public string[]? SlotNames { get; }

    /// <summary>Which columns vary.</summary>
    public ColumnPartition Columns { get; }

    /// <summary>The smallest and the largest value of every column.</summary>
    public (float[] Lowest, float[] Highest) Ranges { get; }

    /// <summary>n.</summary>
    public int Count { get; }

    /// <summary>What the rows are given; null for nothing.</summary>
    public StandardizedContext? Context { get; private init; }

    /// <summary>Reads the rows, and warns of what no flow can mend.</summary>
    /// <param name="input">Where they are read from, once.</param>
    /// <param name="columns">The names of features and context.</param>
    /// <param name="categoricalColumnNames">Of categories; empty for none.</param>
    /// <param name="weightColumnName">Of example weights; null for none.</param>
    /// <param name="limit">How many rows are kept.</param>
    /// <param name="host">Messages and cancellation.</param>
    /// <param name="affine">Makes likelihoods given different contexts comparable.</param>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a weight is negative.</exception>
    /// <exception cref="InvalidOperationException">No row is usable.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static FitRows Read(
        IDataView input,
        FlowColumnNames columns,
        string[] categoricalColumnNames,
        string? weightColumnName,
        RowLimit limit,
        FlowHost host,
        ConditionalAffine affine)
    {
        TrainingRows rows = TrainingRows.Read(
            input, columns.Features, columns.Context, weightColumnName, limit, host, categoricalColumnNames);
        string features = columns.Features ?? "";
        string[]? slotNames = features.Length == 0 ? null : FeatureColumn.SlotNames(input.Schema[features]);
        host.ThrowIfCancelled();
        if (features.Length > 0)
            host.Warn(DataWarnings.Find(rows.Features, features, slotNames));
        host.Warn(CategoryWarnings.Find(rows.Features, features, slotNames));
        if (rows.Categories is not null)
            host.Warn(CategoryWarnings.Names(rows.Categories));
        host.ThrowIfCancelled();
        return new FitRows(rows, features, slotNames)
        {
            Context = rows.Context is null ? null : StandardizedContext.Fit(rows.Context, rows.Weights, affine),
        };
    }

    /// <summary>[n, columns that vary], to be overwritten.</summary>
    /// <param name="last">Whether no one will ask again: the rows are then handed over without a copy.</param>
    public FeatureMatrix TakeActive(bool last)
    {
        FeatureMatrix rows = _active
            ?? throw new InvalidOperationException("The rows have been handed over. Ask for the last time once.");
        if (!last)
            return rows.Copy();
        _active = null;
        return rows;
    }
}
