using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Training;

public sealed class SideBySideTests
{
    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 3)]
    [InlineData(20, 1)]
    [InlineData(20, 2)]
    [InlineData(20, 50)]
    public void Run_AnyNumberOfThreads_DoesEachPieceOnce(int count, int threads)
    {
        var done = new int[count];

        SideBySide.Run(count, threads, i => Interlocked.Increment(ref done[i]));

        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Fact]
    public void Run_ThreeThreads_HasThreeAtWorkAndNoMore()
    {
        int atWork = 0, most = 0;
        using var three = new CountdownEvent(3);

        SideBySide.Run(12, 3, i =>
        {
            int now = Interlocked.Increment(ref atWork);
            lock (three)
                most = Math.Max(most, now);
            if (i < 3)
            {
                three.Signal();
                Assert.True(three.Wait(TimeSpan.FromSeconds(30)), "the first three are not at work together");
            }

            Interlocked.Decrement(ref atWork);
        });

        Assert.Equal(3, most);
    }

    [Fact]
    public void Run_OneThread_KeepsTheOrder()
    {
        var order = new List<int>();

        SideBySide.Run(5, 1, order.Add);

        Assert.Equal([0, 1, 2, 3, 4], order);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_OnePieceThrows_ThrowsWhatItThrew(int threads)
    {
        var fault = Assert.Throws<FormatException>(() => SideBySide.Run(9, threads, i =>
        {
            if (i == 4)
                throw new FormatException("four");
        }));

        Assert.Equal("four", fault.Message);
    }
}
