namespace MLNet.Flows.Numerics;

/// <summary>Transposes row-major rows into a block's columns.</summary>
internal static class BlockLoader
{
    /// <summary>Loads at most 64 rows and sets the block's count; lanes beyond it are zero.</summary>
    /// <param name="rows">[n, stride], row-major.</param>
    /// <param name="stride">Features in a row.</param>
    /// <param name="columns">The columns to take, in order; null for all.</param>
    /// <param name="block">Receives the values in its first columns.</param>
    /// <param name="finite">64 values: 0 where every feature of the row (taken or not) is finite, NaN otherwise.</param>
    public static void Load(ReadOnlySpan<float> rows, int stride, int[]? columns, RowBlock block, Span<float> finite)
    {
        int count = rows.Length / stride;
        block.Count = count;
        finite.Clear();
        for (int r = 0; r < count; r++)
        {
            float sum = 0;
            foreach (float value in rows.Slice(r * stride, stride))
                sum += value * 0f;
            finite[r] = sum;
        }

        for (int j = 0; j < block.Dimension; j++)
        {
            int source = columns is null ? j : columns[j];
            Span<float> column = block.Column(j);
            for (int r = 0; r < count; r++)
                column[r] = rows[r * stride + source];
            column[count..].Clear();
        }
    }
}
