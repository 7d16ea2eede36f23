using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The code in docs/robustness.md, word for word, run; and the tests that it names, which exist.</summary>
public sealed partial class RobustnessTests
{
    [Fact]
    public void Placeholders_ReplacedByNaN_AreSkippedInTrainingAndAlarm()
    {
        var mlContext = new MLContext(1);
        float[][] rows = Rows.Normal(200, 2);
        rows[7][1] = -999;
        IDataView data = Rows.View(mlContext, rows);

        var pipeline = mlContext.Transforms.Expression("Features", "x : x == -999 ? na(x) : x", "Features")
            .Append(mlContext.Flows.PlanarFlow());

        var model = pipeline.Fit(data);
        Assert.Equal(1, model.LastTransformer.History.RowsSkipped);
        Assert.True(model.Transform(data).GetColumn<bool>("PredictedLabel").ElementAt(7));
    }

    [Fact]
    public void Offset_SubtractedInDouble_KeepsTheSeconds()
    {
        var mlContext = new MLContext(1);
        IDataView data = mlContext.Data.LoadFromEnumerable(
            [new Moment { Time = 1_700_000_001 }, new Moment { Time = 1_700_000_062 }]);

        var offset = mlContext.Transforms.Expression("Seconds", "x : single(x - 1700000000)", "Time");

        Assert.Equal([1f, 62f], offset.Fit(data).Transform(data).GetColumn<float>("Seconds"));
    }

    [Fact]
    public void Page_ItsCodeAndItsTests_AreThere()
    {
        string root = Repository.Root, page = File.ReadAllText(Path.Combine(
            root, "docs", "robustness.md")).ReplaceLineEndings("\n");
        string here = Unindented(
            File.ReadAllText(Path.Combine(root, "tests", "MLNet.Flows.Tests", "Docs", "RobustnessTests.cs")));
        string[] snippets = [.. Snippet().Matches(page).Select(match => match.Groups[1].Value)];
        string[] named = [.. TestClass().Matches(page).Select(match => match.Groups[1].Value).Distinct()];

        Assert.NotEmpty(snippets);
        Assert.All(snippets, snippet => Assert.Contains(Unindented(snippet), here));
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(typeof(RobustnessTests).Assembly.GetTypes().Select(type => type.Name)));
    }

    private static string Unindented(string text) =>
        string.Join("\n", text.ReplaceLineEndings("\n").Trim().Split('\n').Select(line => line.Trim()));

    [GeneratedRegex("```csharp\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"`(\w+Tests)`")]
    private static partial Regex TestClass();

    private sealed class Moment
    {
        public double Time { get; set; }
    }
}
