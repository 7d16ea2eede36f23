using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>Decides which rows of a stream of unknown length are kept: all, or a uniform sample of so many, by the seed and
/// the rows' order alone.</summary>
/// <remarks>Algorithm R (Vitter 1985): row n takes the place of a random one with probability most / n. Nothing is drawn as long
/// as all rows are kept.</remarks>
/// <param name="most">Rows kept at most, 1 or more.</param>
/// <param name="seed">Decides which.</param>
internal sealed class RowReservoir(int most, int seed)
{
    private readonly RandomStream _random = new(seed, RandomStreams.Reservoir);

    // Which row of the stream each place holds; null as long as each holds its own.
    private long[]? _rows;

    /// <summary>Rows that were offered.</summary>
    public long Offered { get; private set; }

    /// <summary>The place of the next row of the stream: a new one, that of an earlier row, which is given up for it, or -1 if
    /// the row is not kept.</summary>
    public int Next()
    {
        long row = Offered++;
        if (row < most)
            return (int)row;
        _rows ??= [.. Enumerable.Range(0, most)];
        var place = (long)Math.BigMul(_random.NextUInt64(), (ulong)Offered, out _);
        if (place >= most)
            return -1;
        _rows[place] = row;
        return (int)place;
    }

    /// <summary>The swaps of places, one after another, that put the rows in the order of the stream; none where all were
    /// kept.</summary>
    public IEnumerable<(int First, int Second)> Swaps()
    {
        if (_rows is null)
            yield break;
        var order = new int[_rows.Length];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(_rows, order);

        // What belongs to place i is at order[i]; if that place has been filled, what was there has been swapped on.
        for (int i = 0; i < order.Length; i++)
        {
            int from = order[i];
            while (from < i)
                from = order[from];
            order[i] = from;
            if (from != i)
                yield return (i, from);
        }
    }
}
