using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>Which columns a coupling leaves as they are (passive, A), and which it changes (active, B).</summary>
internal sealed class ColumnMask
{
    /// <param name="dimension">d, at least 1.</param>
    /// <param name="passive">Indices of the columns A, ascending; may be empty, but not all columns.</param>
    /// <exception cref="ArgumentException">The columns are not as above.</exception>
    public ColumnMask(int dimension, int[] passive)
    {
        for (int i = 0; i < passive.Length; i++)
        {
            if (passive[i] < 0 || passive[i] >= dimension || (i > 0 && passive[i] <= passive[i - 1]))
            {
                throw new ArgumentException($"Passive column {passive[i]} of a coupling on {dimension} columns is out of "
                    + "order or range. "
                    + $"Give each index once, ascending, from 0 to {dimension - 1}.");
            }
        }

        Dimension = dimension;
        Passive = passive;
        Active = [.. Enumerable.Range(0, dimension).Except(passive)];
        if (Active.Length == 0)
        {
            throw new ArgumentException(
                $"All {dimension} columns of a coupling are passive, but at least one must be active. Leave one out of the "
                + "passive columns.");
        }
    }

    public int Dimension { get; }

    /// <summary>The columns A, ascending.</summary>
    public int[] Passive { get; }

    /// <summary>The columns B, ascending.</summary>
    public int[] Active { get; }

    /// <summary>Masks for couplings one behind the other, in pairs: a random half of the columns is passive, then the other
    /// half.</summary>
    /// <remarks>Both of a pair leave about half of the columns as they are, and together they change all. A single column is
    /// always active.</remarks>
    /// <param name="dimension">d.</param>
    /// <param name="count">How many masks.</param>
    /// <param name="random">Draws the halves.</param>
    public static ColumnMask[] Alternating(int dimension, int count, RandomStream random)
    {
        int[] columns = [.. Enumerable.Range(0, dimension)];
        var masks = new ColumnMask[count];
        for (int i = 0; i < count; i++)
        {
            if (i % 2 == 0)
                random.Shuffle<int>(columns);
            int[] passive = i % 2 == 0 ? columns[..(dimension / 2)] : columns[(dimension / 2)..];
            if (passive.Length == dimension)
                passive = [];
            Array.Sort(passive);
            masks[i] = new ColumnMask(dimension, passive);
        }

        return masks;
    }
}
