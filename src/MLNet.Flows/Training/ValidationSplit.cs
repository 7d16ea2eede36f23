using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>Which rows train and which validate: equal rows always fall on the same side, so duplicates cannot leak.</summary>
/// <param name="Train">Row numbers.</param>
/// <param name="Validation">Row numbers; empty where there are too few distinct rows to spare any.</param>
internal sealed record ValidationSplit(int[] Train, int[] Validation)
{
    /// <summary>Validation rows at most: enough for a mean, few enough to evaluate often.</summary>
    public const int MaximumValidationRows = 2000;

    private const int FewestDistinctRows = 20;

    /// <summary>Draws groups of equal rows until the validation share is reached; without validation below 20 distinct
    /// rows.</summary>
    /// <param name="data">[n, d].</param>
    /// <param name="fraction">Share of the rows, in [0, 0.5].</param>
    /// <param name="random">Decides which groups.</param>
    /// <param name="codes">[n, columns] of the rows' categories, which count as well; null for none.</param>
    public static ValidationSplit Draw(FeatureMatrix data, double fraction, RandomStream random, CodeMatrix? codes = null)
    {
        // In the order of a hash that the seed has scrambled equal rows lie together, in groups in random order. The first few
        // fill the validation share, so no more are put in order than that takes.
        ulong salt = random.NextUInt64();
        int wanted = (int)Math.Min(fraction * data.RowCount, MaximumValidationRows), validating = 0, distinct = 0;
        var validates = new bool[data.RowCount];
        if (wanted == 0)
            return Divide(validates, 0);
        var queue = new HashQueue(data, codes, salt);
        while ((validating < wanted || distinct < FewestDistinctRows) && queue.Next(wanted) is (ulong[] keys, int[] rows))
        {
            foreach ((int start, int count) in Groups(keys))
            {
                distinct++;

                // A group too large for what is still wanted (a value that most rows share) trains.
                if (validating + count > wanted)
                    continue;
                validating += count;
                foreach (int row in rows.AsSpan(start, count))
                    validates[row] = true;
            }
        }

        return distinct < FewestDistinctRows ? Divide(new bool[data.RowCount], 0) : Divide(validates, validating);
    }

    /// <summary>Draws rows one by one, equal ones too: of categories alone most rows are equal, and what is held out is to be
    /// like
    /// what trains.</summary>
    /// <param name="rows">n.</param>
    /// <param name="fraction">Share of the rows, in [0, 0.5].</param>
    /// <param name="random">Decides which rows.</param>
    public static ValidationSplit DrawRows(int rows, double fraction, RandomStream random)
    {
        int wanted = rows < FewestDistinctRows ? 0 : (int)Math.Min(fraction * rows, MaximumValidationRows);
        int[] order = [.. Enumerable.Range(0, rows)];
        random.Shuffle<int>(order);
        var validates = new bool[rows];
        foreach (int row in order.AsSpan(0, wanted))
            validates[row] = true;
        return Divide(validates, wanted);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ValidationSplit Divide(bool[] validates, int validating)
    {
        int[] train = new int[validates.Length - validating], validation = new int[validating];
        int trained = 0, validated = 0;
        for (int row = 0; row < validates.Length; row++)
        {
            if (validates[row])
                validation[validated++] = row;
            else
                train[trained++] = row;
        }

        return new ValidationSplit(train, validation);
    }

    private static IEnumerable<(int Start, int Count)> Groups(ulong[] keys)
    {
        for (int start = 0, end; start < keys.Length; start = end)
        {
            for (end = start + 1; end < keys.Length && keys[end] == keys[start];)
                end++;
            yield return (start, end - start);
        }
    }

    /// <summary>Rows in ascending order of their keys, some at a time; equal keys always come together.</summary>
    private sealed class HashQueue
    {
        private const int DrawerBits = 12;
        private readonly ulong[] _keys;
        private readonly int[] _counts = new int[1 << DrawerBits];
        private int _drawer;
        private int _fewest;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public HashQueue(FeatureMatrix data, CodeMatrix? codes, ulong salt)
        {
            _keys = new ulong[data.RowCount];
            for (int i = 0; i < _keys.Length; i++)
            {
                _keys[i] = RandomStream.Mix(Hash(data.Row(i), codes is null ? [] : codes.Row(i)) ^ salt);
                _counts[Drawer(_keys[i])]++;
            }
        }

        /// <summary>The next rows, at least as many as asked for and twice as many as the last time; null where none are
        /// left.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public (ulong[] Keys, int[] Rows)? Next(int fewest)
        {
            _fewest = Math.Max(fewest, 2 * _fewest);
            int first = _drawer, count = 0;
            while (_drawer < _counts.Length && count < _fewest)
                count += _counts[_drawer++];
            if (count == 0)
                return null;
            var keys = new ulong[count];
            var rows = new int[count];
            for (int i = 0, taken = 0; taken < count; i++)
            {
                int drawer = Drawer(_keys[i]);
                if (drawer >= first && drawer < _drawer)
                    (keys[taken], rows[taken++]) = (_keys[i], i);
            }

            Array.Sort(keys, rows);
            return (keys, rows);
        }

        private static int Drawer(ulong key) => (int)(key >> (64 - DrawerBits));

        // 64-bit FNV-1a over the bits, a float or code at a time, with -0 counted as 0.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static ulong Hash(ReadOnlySpan<float> row, ReadOnlySpan<int> codes)
        {
            ulong hash = 14695981039346656037ul;
            foreach (float value in row)
                hash = (hash ^ (uint)BitConverter.SingleToInt32Bits(value == 0 ? 0f : value)) * 1099511628211ul;
            foreach (int code in codes)
                hash = (hash ^ (uint)code) * 1099511628211ul;
            return hash;
        }
    }
}
