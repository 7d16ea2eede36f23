using System.Runtime.InteropServices;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>Rows as they are read: what a reservoir keeps of them, in memory that does not depend on how many come.</summary>
internal sealed class KeptRows
{
    private readonly RowReservoir _reservoir;
    private readonly List<float> _weights = [];
    private readonly bool _weighted;

    /// <param name="dimension">Features.</param>
    /// <param name="contextColumns">Null for no context.</param>
    /// <param name="categories">The categorical columns; empty for none.</param>
    /// <param name="weighted">Whether rows have weights.</param>
    /// <param name="limit">Of rows.</param>
    public KeptRows(int dimension, int? contextColumns, CategoricalSource[] categories, bool weighted, RowLimit limit)
    {
        int codes = categories.Sum(source => source.Slots.Length);
        Features = new FeatureMatrix(dimension);
        Context = contextColumns is int columns ? new FeatureMatrix(columns) : null;
        Categories = categories.Length > 0 ? new TrainingCategories(new CodeMatrix(codes), categories) : null;
        _weighted = weighted;
        _reservoir = new RowReservoir(limit.Of(dimension + (contextColumns ?? 0) + codes), limit.Seed);
    }

    public FeatureMatrix Features { get; }

    public FeatureMatrix? Context { get; }

    public TrainingCategories? Categories { get; private set; }

    /// <summary>Empty without weights.</summary>
    public ReadOnlySpan<float> Weights => CollectionsMarshal.AsSpan(_weights);

    /// <summary>Rows that came.</summary>
    public long Offered => _reservoir.Offered;

    /// <summary>Whether rows were given up.</summary>
    public bool IsSample => Offered > Features.RowCount;

    /// <summary>Where the next row is to be written, in all that is kept of it; -1 if it is not to be.</summary>
    /// <param name="weight">Of the row.</param>
    public int Next(float weight)
    {
        int place = _reservoir.Next();
        if (place == Features.RowCount)
        {
            Features.AddRow();
            Context?.AddRow();
            Categories?.Codes.AddRow();
            if (_weighted)
                _weights.Add(weight);
        }
        else if (place >= 0 && _weighted)
        {
            _weights[place] = weight;
        }

        return place;
    }

    /// <summary>Ends the reading: rows come in the order of the stream, and categories that no kept row has are forgotten, as if
    /// the kept rows were all that there ever were.</summary>
    public void Complete()
    {
        if (!IsSample)
            return;
        foreach ((int first, int second) in _reservoir.Swaps())
        {
            Swap(Features.Row(first), Features.Row(second));
            if (Context is not null)
                Swap(Context.Row(first), Context.Row(second));
            if (Categories is not null)
                Swap(Categories.Codes.Row(first), Categories.Codes.Row(second));
            if (_weighted)
                (_weights[first], _weights[second]) = (_weights[second], _weights[first]);
        }

        Categories = Categories?.WithoutUnused();
    }

    private static void Swap<T>(Span<T> first, Span<T> second)
    {
        for (int i = 0; i < first.Length; i++)
            (first[i], second[i]) = (second[i], first[i]);
    }
}
