using Microsoft.ML;
using MLNet.Flows.Model;

namespace MLNet.Flows.Schema;

/// <summary>A categorical column among the columns that rows have.</summary>
/// <param name="Column">The column.</param>
/// <param name="Source">What it was in training, or is to become there.</param>
internal sealed record BoundCategory(DataViewSchema.Column Column, CategoricalSource Source)
{
    /// <summary>What its keys stand for, to be learnt; null where it is not known, or is text.</summary>
    public KeyNames? Names { get; init; }

    /// <summary>[keys + 1], for each key the one that stood for the same in training; null where numbers are the same.</summary>
    public ulong[]? TrainedKeys { get; init; }
}
