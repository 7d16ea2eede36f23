using Microsoft.ML;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Estimators;

public sealed class DataWarningsTests
{
    [Fact]
    public void Fit_FewerRowsThanColumns_WarnsOnce()
    {
        string warning = Assert.Single(Warnings(Rows.Normal(30, 40)));

        Assert.Contains("Column 'Features': there are 30 rows for 40 columns", warning);
    }

    [Fact]
    public void Fit_OnlyDiscreteColumns_WarnsOnceAndNamesThem()
    {
        float[][] rows = [.. Enumerable.Range(0, 500).Select(i => (float[])[i % 3, i % 7, i % 2, i % 5, i % 4, i % 11])];

        string warning = Assert.Single(Warnings(rows));

        Assert.Contains(
            "every column holds few distinct values ('Features[0]', 'Features[1]', 'Features[2]', 'Features[3]', "
            + "'Features[4]' and 1 more)",
            warning);
    }

    [Fact]
    public void Fit_OneColumnThatIsNotDiscrete_WarnsNot()
    {
        float[][] rows = [.. Rows.Normal(500, 1).Select((row, i) => (float[])[row[0], i % 3])];

        Assert.Empty(Warnings(rows));
    }

    private static List<string> Warnings(float[][] rows)
    {
        var context = new MLContext(1);
        var warnings = new List<string>();
        context.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(message.Message);
        };
        context.Flows.PlanarFlow().Fit(Rows.View(context, rows));
        return warnings;
    }
}
