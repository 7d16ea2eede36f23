using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Training;

public sealed class RowReservoirTests
{
    [Fact]
    public void Next_OfAsManyRowsAsAreKept_KeepsAllInOrder()
    {
        var reservoir = new RowReservoir(most: 5, seed: 1);

        Assert.Equal([0, 1, 2, 3, 4], Enumerable.Range(0, 5).Select(_ => reservoir.Next()));
        Assert.Empty(reservoir.Swaps());
    }

    [Theory]
    [InlineData(1, 50)]
    [InlineData(7, 8)]
    [InlineData(40, 1000)]
    public void Swaps_AfterMoreRows_PutWhatIsKeptInTheOrderOfTheStream(int most, int rows)
    {
        int[] kept = Kept(most, rows, seed: 3);

        Assert.Equal(most, kept.Distinct().Count());
        Assert.Equal(kept.Order(), kept);
        Assert.Contains(kept, row => row >= most);
    }

    // Each of 10 rows is kept in 3 of 10 samples: the counts over 2,000 seeds within four standard deviations.
    [Fact]
    public void Next_OverManySeeds_KeepsEveryRowAlike()
    {
        var counts = new int[10];
        for (int seed = 0; seed < 2000; seed++)
        {
            foreach (int row in Kept(3, counts.Length, seed))
                counts[row]++;
        }

        double deviation = Math.Sqrt(2000 * 0.3 * 0.7);
        Assert.All(counts, count => Assert.InRange(count, 600 - 4 * deviation, 600 + 4 * deviation));
    }

    private static int[] Kept(int most, int rows, int seed)
    {
        var reservoir = new RowReservoir(most, seed);
        var kept = new int[most];
        for (int row = 0; row < rows; row++)
        {
            int place = reservoir.Next();
            if (place >= 0)
                kept[place] = row;
        }

        Assert.Equal(rows, reservoir.Offered);
        foreach ((int first, int second) in reservoir.Swaps())
            (kept[first], kept[second]) = (kept[second], kept[first]);
        return kept;
    }
}
