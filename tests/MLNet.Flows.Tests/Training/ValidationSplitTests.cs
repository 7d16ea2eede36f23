using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Training;

public sealed class ValidationSplitTests
{
    [Fact]
    public void Draw_WithDuplicates_KeepsEqualRowsTogether()
    {
        FeatureMatrix data = Matrix(3000, i => i % 400);

        ValidationSplit split = ValidationSplit.Draw(data, 0.15, new RandomStream(1));

        var train = split.Train.Select(i => data.Row(i)[0]).ToHashSet();
        Assert.DoesNotContain(split.Validation, i => train.Contains(data.Row(i)[0]));
        Assert.Equal(Enumerable.Range(0, 3000), split.Train.Concat(split.Validation).Order());
        Assert.InRange(split.Validation.Length, 430, 450);
    }

    [Fact]
    public void Draw_ManyRows_HoldsOutAtMostTwoThousand()
    {
        ValidationSplit split = ValidationSplit.Draw(Matrix(40_000, i => i), 0.15, new RandomStream(1));

        Assert.Equal(2000, split.Validation.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(19)]
    public void Draw_FewDistinctRows_HoldsNoneOut(int distinct)
    {
        ValidationSplit split = ValidationSplit.Draw(Matrix(500, i => i % distinct), 0.15, new RandomStream(1));

        Assert.Empty(split.Validation);
        Assert.Equal(500, split.Train.Length);
    }

    [Fact]
    public void Draw_OneValueInMostRows_TrainsOnIt()
    {
        ValidationSplit split = ValidationSplit.Draw(Matrix(1000, i => i < 950 ? 0 : i), 0.15, new RandomStream(2));

        Assert.All(split.Validation, i => Assert.True(i >= 950));
    }

    // Nothing fits, so that all rows are looked at; then the last group that is looked at does.
    [Fact]
    public void Draw_OneRowWantedAndEveryRowTwice_HoldsNoneOut()
    {
        ValidationSplit none = ValidationSplit.Draw(Matrix(4000, i => i / 2), 0.00025, new RandomStream(1));
        ValidationSplit one = ValidationSplit.Draw(Matrix(4001, i => i / 2), 0.00025, new RandomStream(1));

        Assert.Empty(none.Validation);
        Assert.Equal(Enumerable.Range(0, 4000), none.Train);
        Assert.Equal([4000], one.Validation);
    }

    private static FeatureMatrix Matrix(int rows, Func<int, float> value)
    {
        var matrix = new FeatureMatrix(2);
        for (int i = 0; i < rows; i++)
            matrix.AddRow().Fill(value(i));
        return matrix;
    }
}
