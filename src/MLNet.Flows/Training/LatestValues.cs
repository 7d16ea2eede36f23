namespace MLNet.Flows.Training;

/// <summary>The last value that each training row was found to have, and at which step: for trimming where a value costs far more
/// than a step.</summary>
/// <param name="rows">Rows of the data.</param>
/// <param name="lifetime">Steps that a value stands for its row.</param>
internal sealed class LatestValues(int rows, int lifetime)
{
    private readonly float[] _values = new float[rows];

    // Steps from which on values are outdated; 0 for none yet.
    private readonly int[] _ends = new int[rows];

    /// <summary>Those of the rows whose value is none or too old.</summary>
    public int[] Outdated(ReadOnlySpan<int> rows, int step)
    {
        var outdated = new List<int>();
        foreach (int row in rows)
        {
            if (_ends[row] <= step)
                outdated.Add(row);
        }

        return [.. outdated];
    }

    /// <summary>Takes the rows' values at a step.</summary>
    public void Set(ReadOnlySpan<int> rows, ReadOnlySpan<float> values, int step)
    {
        for (int i = 0; i < rows.Length; i++)
            (_values[rows[i]], _ends[rows[i]]) = (values[i], step + lifetime);
    }

    /// <summary>Writes the rows' values.</summary>
    public void CopyTo(ReadOnlySpan<int> rows, Span<float> values)
    {
        for (int i = 0; i < rows.Length; i++)
            values[i] = _values[rows[i]];
    }
}
