using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Training;

public sealed class WorkTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_ManyTimes_DoesEveryPartOnce(int threads)
    {
        using var team = new WorkTeam(threads);
        for (int run = 0; run < 2000; run++)
        {
            int parts = 1 + run % 9;
            var done = new int[parts];

            team.Run(parts, p => Interlocked.Increment(ref done[p]));

            Assert.All(done, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void Run_APartThrows_ThrowsAndWorksOn()
    {
        using var team = new WorkTeam(3);
        Assert.Equal("part 4", Assert.Throws<InvalidOperationException>(() => team.Run(8, p =>
        {
            if (p == 4)
                throw new InvalidOperationException("part 4");
        })).Message);
        int sum = 0;

        team.Run(8, p => Interlocked.Add(ref sum, p));

        Assert.Equal(28, sum);
    }
}
