using Microsoft.ML;

namespace MLNet.Flows;

/// <summary>Which of a set of scored rows to look at, so that a stated share of them at most is looked at for nothing: the result
/// of
/// <see cref="FlowsCatalog.SelectAlarms"/>.</summary>
public sealed class AlarmSelection
{
    internal AlarmSelection()
    {
    }

    /// <summary>The scored rows with the q-value column (Single) and, in place of the alarm column that they had, whether each is
    /// selected (Boolean). Lazy: rows are read again from the scored view.</summary>
    /// <remarks>A row without a p-value, as one with a missing feature, has the q-value NaN and stays an alarm.</remarks>
    public required IDataView Rows { get; init; }

    /// <summary>The false discovery rate that was asked for.</summary>
    public required double FalseDiscoveryRate { get; init; }

    /// <summary>All rows.</summary>
    public required long RowCount { get; init; }

    /// <summary>Rows that are selected because of their p-value.</summary>
    public required long AlarmCount { get; init; }

    /// <summary>Rows without a p-value, which alarm too and count as no discovery.</summary>
    public required long MissingCount { get; init; }

    /// <summary>The largest p-value that is selected, in [0, 1]; 0 where none is.</summary>
    public required double Threshold { get; init; }
}
