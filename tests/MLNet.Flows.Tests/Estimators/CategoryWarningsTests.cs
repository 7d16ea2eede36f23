using Microsoft.ML;
using MLNet.Flows.Estimators;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Estimators;

public sealed class CategoryWarningsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Find_OneHotGroups_GivesOneWarningThatNamesThem(bool named)
    {
        string[]? names = named ? ["amount", "color.red", "color.green", "color.blue", "shape.round", "shape.square"] : null;
        string warning = CategoryWarnings.Find(OneHot(missing: false), "Features", names)!;

        Assert.Contains(named ? "'color.red' to 'color.blue'" : "'Features[1]' to 'Features[3]'", warning);
        Assert.Contains(named ? "'shape.round' to 'shape.square'" : "'Features[4]' to 'Features[5]'", warning);
        Assert.Contains("CategoricalColumnNames", warning);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Find_GroupOfWhichEveryTenthRowIsMissing_IsFound(bool named)
    {
        string[]? names = named ? ["amount", "color.red", "color.green", "color.blue", "shape.round", "shape.square"] : null;
        string warning = CategoryWarnings.Find(OneHot(missing: true), "Features", names)!;

        Assert.Contains(named ? "'color.red' to 'color.blue'" : "'Features[1]' to 'Features[3]'", warning);
        Assert.Contains(named ? "'shape.round' to 'shape.square'" : "'Features[4]' to 'Features[5]'", warning);
    }

    // Flags that are 1 together by chance alone in few rows, or in none of few.
    [Theory]
    [InlineData(0.01, 2000)]
    [InlineData(0.1, 40)]
    [InlineData(0.45, 200)]
    public void Find_FlagsThatDoNotDependOnEachOther_GivesNone(double share, int count)
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var random = new RandomStream(1, seed);
            var rows = new FeatureMatrix(6);
            for (int i = 0; i < count; i++)
            {
                foreach (ref float value in rows.AddRow())
                    value = random.NextDouble() < share ? 1 : 0;
            }

            Assert.Null(CategoryWarnings.Find(rows, "Features", slotNames: null));
        }
    }

    [Fact]
    public void Find_NumbersAndFlags_GivesNone()
    {
        var random = new RandomStream(1);
        var rows = new FeatureMatrix(4);
        for (int i = 0; i < 200; i++)
        {
            Span<float> row = rows.AddRow();
            (row[0], row[1]) = ((float)random.NextGaussian(), i % 2);
            (row[2], row[3]) = (random.NextInt32(2), i % 5);
        }

        Assert.Null(CategoryWarnings.Find(rows, "Features", slotNames: null));
    }

    [Fact]
    public void Fit_OnOneHotFeatures_WarnsOnce()
    {
        var context = new MLContext(1);
        var warnings = new List<string>();
        context.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning && message.Message.Contains("one-hot"))
                warnings.Add(message.Message);
        };
        FeatureMatrix matrix = OneHot(missing: false);
        context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { MaximumSteps = 20 }).Fit(EndToEnd.Rows.View(
            context, [.. Enumerable.Range(0, matrix.RowCount).Select(i => matrix.Row(i).ToArray())]));

        Assert.Single(warnings);
    }

    private static FeatureMatrix OneHot(bool missing)
    {
        var random = new RandomStream(1);
        var rows = new FeatureMatrix(6);
        for (int i = 0; i < 200; i++)
        {
            Span<float> row = rows.AddRow();
            row[0] = (float)random.NextGaussian();
            if (!missing || i % 10 > 0)
                row[1 + random.NextInt32(3)] = 1;
            row[4 + random.NextInt32(2)] = 1;
        }

        return rows;
    }
}
