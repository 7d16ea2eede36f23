using MLNet.Flows.Estimators;

namespace MLNet.Flows.Tests.Estimators;

public sealed class TrainingEffortTests
{
    private const int Layers = 16;
    private const int Rows = 128;

    // As the recipe says where data is narrow, or where there are as many rows as the recipe visits: folds only where rows are
    // few for the weights.
    [Theory]
    [InlineData(112, 33, 4, 4)]
    [InlineData(50, 166, 4, 4)]
    [InlineData(30, 160, 8, 2)]
    [InlineData(2_200, 2_000, 4, 4)]
    [InlineData(1_000_000, 16, 0, 4)]
    [InlineData(10_000_000, 4_000, 0, 4)]
    public void Of_NarrowDataOrManyRows_IsTheRecipe(int rows, int dimension, int folds, int members) =>
        Assert.Equal(new TrainingEffort(700, folds, members), Effort(new PlanarFlowEstimator.Options(), rows, dimension));

    [Theory]
    [InlineData(200, 187)]
    [InlineData(200, 500)]
    [InlineData(200, 2_000)]
    [InlineData(200, 10_000)]
    [InlineData(50, 100_000)]
    [InlineData(3, 1_000_000)]
    [InlineData(1_700, 10_000)]
    public void Of_WideData_VisitsAtMostTheBound(int rows, int dimension)
    {
        TrainingEffort effort = Effort(new PlanarFlowEstimator.Options(), rows, dimension);

        long trainings = 8 + effort.Folds * effort.MembersPerFold;
        long values = trainings * effort.Steps * Math.Min(Rows, Training(rows)) * dimension, bound = Math.Max(
            400_000_000, 1_000L * rows * dimension);
        Assert.InRange(values, 0, bound);
        Assert.True(effort.Steps is 700 || values > 0.95 * bound, $"{values} of {bound}");
        Assert.InRange(effort.MembersPerFold, 1, 2);
    }

    [Fact]
    public void Of_TwoHundredRows_VisitsAnEighthOfWhatTheRecipeDoes() =>
        Assert.Equal(new TrainingEffort(97, 8, 1), Effort(new PlanarFlowEstimator.Options(), 200, 10_000));

    [Fact]
    public void Of_StatedOptions_AreKept()
    {
        Assert.Equal(
            new TrainingEffort(5_000, 8, 2), Effort(new PlanarFlowEstimator.Options { MaximumSteps = 5_000 }, 200, 10_000));
        Assert.Equal(700, Effort(new PlanarFlowEstimator.Options { MaximumEpochs = 30 }, 200, 10_000).Steps);
        Assert.Equal(new TrainingEffort(86, 5, 2), Effort(new PlanarFlowEstimator.Options { CalibrationFolds = 5 }, 200, 10_000));
        Assert.Equal(new TrainingEffort(195, 0, 2), Effort(new PlanarFlowEstimator.Options { CalibrationFolds = 0 }, 200, 2_000));
    }

    private static int Training(int rows) => Math.Max(rows - rows * 15 / 100, 1);

    private static TrainingEffort Effort(PlanarFlowEstimator.Options options, int rows, int dimension)
    {
        long parameters = Layers * (2L * dimension + 1);
        int components = Math.Clamp(Training(rows) / 20, 1, 20);
        long weights = 8 * (parameters + components * (1L + dimension) + dimension);
        return TrainingEffort.Of(Recipe.Of(options, dimension), options, rows, dimension, Training(rows), weights);
    }
}
