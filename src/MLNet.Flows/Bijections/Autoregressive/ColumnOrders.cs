using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Autoregressive;

/// <summary>Orders of the columns for autoregressive maps one behind the other.</summary>
internal static class ColumnOrders
{
    /// <param name="dimension">d.</param>
    /// <param name="count">How many orders.</param>
    /// <param name="random">Draws them.</param>
    /// <param name="reversed">Whether each but the first is the one before backwards; else each is drawn.</param>
    /// <returns>[count] permutations of the columns.</returns>
    public static int[][] Draw(int dimension, int count, RandomStream random, bool reversed)
    {
        var orders = new int[count][];
        for (int i = 0; i < count; i++)
        {
            int[] order = [.. Enumerable.Range(0, dimension)];
            if (i > 0 && reversed)
                order = [.. orders[i - 1].Reverse()];
            else
                random.Shuffle<int>(order);
            orders[i] = order;
        }

        return orders;
    }
}
