using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators.Calibration;

/// <summary>Parts of the rows of about the same size, each to be left out in turn.</summary>
/// <param name="FoldOf">[n], in 0 .. Count - 1; empty where there are none.</param>
/// <param name="Count">How many; 0 for none.</param>
internal sealed record RowFolds(int[] FoldOf, int Count)
{
    /// <summary>Rows are assigned one by one, equal ones too: a fresh row of a value that many rows share would have been seen as
    /// well.</summary>
    public static RowFolds Draw(int rows, int count, int seed)
    {
        if (count == 0)
            return new RowFolds([], 0);
        int[] order = [.. Enumerable.Range(0, rows)];
        new RandomStream(seed, RandomStreams.Folds).Shuffle<int>(order);
        var foldOf = new int[rows];
        for (int i = 0; i < rows; i++)
            foldOf[order[i]] = i % count;
        return new RowFolds(foldOf, count);
    }

    /// <summary>Whether a row is in a part.</summary>
    public Predicate<int> In(int fold) => row => FoldOf[row] == fold;
}
