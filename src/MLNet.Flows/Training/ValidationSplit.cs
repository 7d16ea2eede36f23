using System.Runtime.InteropServices;
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

    /// <summary>Draws groups of equal rows until the validation share is reached; without validation below 20 distinct rows.</summary>
    /// <param name="data">[n, d].</param>
    /// <param name="fraction">Share of the rows, in [0, 0.5].</param>
    /// <param name="random">Decides which groups.</param>
    public static ValidationSplit Draw(FeatureMatrix data, double fraction, RandomStream random)
    {
        var groups = new Dictionary<ulong, List<int>>();
        for (int i = 0; i < data.RowCount; i++)
        {
            ref List<int>? rows = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, Hash(data.Row(i)), out _);
            (rows ??= []).Add(i);
        }

        int wanted = (int)Math.Min(fraction * data.RowCount, MaximumValidationRows);
        if (groups.Count < FewestDistinctRows || wanted == 0)
            return new ValidationSplit([.. Enumerable.Range(0, data.RowCount)], []);

        List<int>[] shuffled = [.. groups.Values];
        random.Shuffle<List<int>>(shuffled);
        var validation = new List<int>();
        var train = new List<int>();
        foreach (List<int> group in shuffled)
        {
            // A group too large for what is still wanted (a value that most rows share) trains.
            (validation.Count + group.Count <= wanted ? validation : train).AddRange(group);
        }

        validation.Sort();
        train.Sort();
        return new ValidationSplit([.. train], [.. validation]);
    }

    // 64-bit FNV-1a over the bits, a float at a time, with -0 counted as 0.
    private static ulong Hash(ReadOnlySpan<float> row)
    {
        ulong hash = 14695981039346656037ul;
        foreach (float value in row)
            hash = (hash ^ (uint)BitConverter.SingleToInt32Bits(value == 0 ? 0f : value)) * 1099511628211ul;
        return hash;
    }
}
