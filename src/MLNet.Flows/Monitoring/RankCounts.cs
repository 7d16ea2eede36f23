namespace MLNet.Flows.Monitoring;

/// <summary>How many of the numbers in [0, 1] so far are below another one, in memory that does not grow: in bins of about a
/// hundredth of their size, which do not depend on the numbers.</summary>
/// <remarks>A bin is a number's leading bits, exponent and 8 bits of its fraction. Counts are kept as a binary indexed tree: a
/// count below and an addition touch 15 of them.</remarks>
internal sealed class RankCounts
{
    // 1 is 0x3F800000 as bits.
    private const int Shift = 15;
    private const int Bins = (0x3F800000 >> Shift) + 1;
    private readonly long[] _tree = new long[Bins + 1];
    private readonly long[] _counts = new long[Bins];

    /// <summary>Numbers so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a number.</summary>
    /// <returns>How many earlier ones are in lower bins, and how many in its own.</returns>
    public (long Below, long Equal) Add(float number)
    {
        int bin = BitConverter.SingleToInt32Bits(Math.Abs(number)) >> Shift;
        long below = 0;
        for (int i = bin; i > 0; i &= i - 1)
            below += _tree[i];
        long equal = _counts[bin];
        AddTo(bin, 1);
        return (below, equal);
    }

    public void Clear()
    {
        Array.Clear(_tree);
        Array.Clear(_counts);
        Count = 0;
    }

    /// <summary>Bins that hold numbers, and how many.</summary>
    public IEnumerable<(int Bin, long Count)> NotEmpty() =>
        _counts.Index().Where(each => each.Item > 0).Select(each => (each.Index, each.Item));

    /// <summary>Adds what <see cref="NotEmpty"/> gave.</summary>
    /// <returns>False where there is no such bin, or no count of it.</returns>
    public bool TryAdd(int bin, long count)
    {
        if (bin is < 0 or >= Bins || count <= 0 || count > long.MaxValue / 2 - Count)
            return false;
        AddTo(bin, count);
        return true;
    }

    private void AddTo(int bin, long count)
    {
        _counts[bin] += count;
        Count += count;
        for (int i = bin + 1; i <= Bins; i += i & -i)
            _tree[i] += count;
    }
}
