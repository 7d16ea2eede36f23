using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Training;

public sealed class OptimalAssignmentTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(7)]
    public void Of_FewRows_IsTheBestOfAllPermutations(int count)
    {
        for (int seed = 0; seed < 50; seed++)
        {
            float[] costs = Costs(count, seed);

            int[] assigned = OptimalAssignment.Of(costs, count);

            double best = Permutations([.. Enumerable.Range(0, count)], 0).Min(each => Total(costs, each));
            Assert.Equal(Enumerable.Range(0, count), assigned.Order());
            Assert.Equal(best, Total(costs, assigned), 1e-4);
        }
    }

    // In one dimension the best pairing is the one in order.
    [Theory]
    [InlineData(50)]
    [InlineData(64)]
    public void Of_PointsOnALine_PairsThemInOrder(int count)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new RandomStream(seed);
            float[] a = [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
            float[] b = [.. Enumerable.Range(0, count).Select(_ => (float)(3 + random.NextGaussian()))];
            float[] costs = [.. a.SelectMany(x => b.Select(y => -x * y))];

            int[] assigned = OptimalAssignment.Of(costs, count);

            double inOrder = -a.Order().Zip(b.Order(), (x, y) => (double)x * y).Sum();
            Assert.Equal(Enumerable.Range(0, count), assigned.Order());
            Assert.Equal(inOrder, Total(costs, assigned), 1e-4 * count);
        }
    }

    [Fact]
    public void Of_EqualOrHugeCosts_IsAPermutation()
    {
        Assert.Equal(Enumerable.Range(0, 64), OptimalAssignment.Of(new float[64 * 64], 64).Order());
        float[] huge = [.. Costs(64, 1).Select(cost => 1e30f * cost)];
        Assert.Equal(Enumerable.Range(0, 64), OptimalAssignment.Of(huge, 64).Order());
    }

    private static float[] Costs(int count, int seed)
    {
        var random = new RandomStream(seed, 5);
        return [.. Enumerable.Range(0, count * count).Select(_ => (float)random.NextGaussian())];
    }

    private static double Total(float[] costs, int[] columnOf) =>
        columnOf.Select((column, row) => (double)costs[row * columnOf.Length + column]).Sum();

    private static IEnumerable<int[]> Permutations(int[] items, int from)
    {
        if (from == items.Length)
        {
            yield return [.. items];
            yield break;
        }

        for (int i = from; i < items.Length; i++)
        {
            (items[from], items[i]) = (items[i], items[from]);
            foreach (int[] each in Permutations(items, from + 1))
                yield return each;
            (items[from], items[i]) = (items[i], items[from]);
        }
    }
}
