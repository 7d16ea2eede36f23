using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Training;

public sealed class LearningRateScheduleTests
{
    private readonly LearningRateSchedule _schedule = new(0.01, 1000);

    [Fact]
    public void Rate_OverTheRun_RisesFor50StepsAndFallsToTwoPercent()
    {
        Assert.Equal(0.01 / 50, _schedule[0], 1e-9);
        Assert.Equal(0.005, _schedule[24], 1e-9);
        Assert.Equal(0.01, _schedule[49], 1e-9);
        Assert.Equal(0.01, _schedule[50], 1e-9);
        Assert.Equal(0.01 * (0.02 + 0.98 / 2), _schedule[524], 2e-5);
        Assert.Equal(0.0002, _schedule[999], 1e-9);
    }

    [Fact]
    public void Rate_OfAShortRun_StillWarmsUpAndEnds()
    {
        var schedule = new LearningRateSchedule(1, 8);

        Assert.Equal(0.5, schedule[0], 1e-9);
        Assert.Equal(0.02, schedule[7], 1e-9);
        Assert.Equal(1, new LearningRateSchedule(1, 1)[0], 1e-9);
    }
}
