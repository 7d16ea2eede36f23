using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Estimators;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The code of the pages of docs/flows, one for each flow, as it stands there, and their tables of defaults.</summary>
public sealed partial class FlowPagesTests
{
    private static readonly Dictionary<string, (FlowOptions Default, FlowOptions? Density)> Options = new()
    {
        ["planar"] = (new PlanarFlowEstimator.Options(), PlanarFlowEstimator.Options.ForDensityEstimation()),
        ["realnvp"] = (new RealNvpEstimator.Options(), RealNvpEstimator.Options.ForDensityEstimation()),
        ["nice"] = (new NiceEstimator.Options(), NiceEstimator.Options.ForDensityEstimation()),
        ["glow"] = (new GlowEstimator.Options(), GlowEstimator.Options.ForDensityEstimation()),
        ["masked-autoregressive"] = (
            new MaskedAutoregressiveEstimator.Options(), MaskedAutoregressiveEstimator.Options.ForDensityEstimation()),
        ["neural-spline"] = (new NeuralSplineEstimator.Options(), NeuralSplineEstimator.Options.ForDensityEstimation()),
        ["radial"] = (new RadialFlowEstimator.Options(), null),
    };

    public static TheoryData<string> Flows => [.. Options.Keys];

    [Theory]
    [MemberData(nameof(Flows))]
    public void Defaults_OnAPage_AreTheOptionsOwn(string flow)
    {
        (FlowOptions options, FlowOptions? density) = Options[flow];
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "flows", $"{flow}.md"));
        Match[] rows = [.. OptionRow().Matches(page).OfType<Match>()];

        IEnumerable<string> own = options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.DeclaringType != typeof(FlowOptions))
            .Select(property => property.Name);
        Assert.Equal(
            [.. own.Union(["LearningRate", "MaximumSteps", "NumberOfMembers"]).Order()],
            rows.Select(row => row.Groups["name"].Value).Order());
        foreach (Match row in rows)
        {
            string name = row.Groups["name"].Value;
            Assert.StartsWith(Value(options, name), row.Groups["default"].Value, StringComparison.Ordinal);
            if (density is not null)
                Assert.StartsWith(Value(density, name), row.Groups["density"].Value, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Snippets_OfEveryPage_TrainAndScore()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = Rows.View(mlContext, Rows.Normal(300, 3));

        PlanarFlowTransformer planar = mlContext.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            Contamination = 0,          // the rows are clean
            NumberOfLayers = 32,        // and plenty, in a complicated shape
        }).Fit(data);
        AssertScores(planar, data);

        RealNvpTransformer realNvp = mlContext.Flows.RealNvp(new RealNvpEstimator.Options
        {
            NumberOfCouplings = 4,      // every column is changed twice
            HiddenUnits = [32, 32],
        }).Fit(data);
        AssertScores(realNvp, data);

        NiceTransformer nice = mlContext.Flows.Nice(new NiceEstimator.Options
        {
            Contamination = 0,
            LearnScale = true,          // as in the paper
        }).Fit(data);
        AssertScores(nice, data);

        GlowTransformer glow = mlContext.Flows.Glow(new GlowEstimator.Options
        {
            NumberOfSteps = 4,
            LogScaleBound = 1,          // a coupling stretches by e at most
        }).Fit(data);
        AssertScores(glow, data);

        MaskedAutoregressiveTransformer autoregressive = mlContext.Flows.MaskedAutoregressive(
            new MaskedAutoregressiveEstimator.Options
            {
                NumberOfTransforms = 3,
                Order = ColumnOrder.Random,
            }).Fit(data);
        AssertScores(autoregressive, data);

        NeuralSplineEstimator.Options options = NeuralSplineEstimator.Options.ForDensityEstimation();
        options.Autoregressive = true;  // closer, but sampling takes a pass for each column
        options.MaximumEpochs = 20;
        NeuralSplineTransformer spline = mlContext.Flows.NeuralSpline(options).Fit(data);
        AssertScores(spline, data);

        RadialFlowTransformer radial = mlContext.Flows.RadialFlow(numberOfLayers: 8, contamination: 0).Fit(data);
        AssertScores(radial, data);
    }

    // As the pages write it.
    private static string Value(FlowOptions options, string name)
    {
        Recipe recipe = Recipe.Of(options, dimension: 2);
        return name switch
        {
            "MaximumSteps" when options.MaximumEpochs is int epochs => $"{epochs} passes",
            "MaximumSteps" => recipe.MaximumSteps.ToString(CultureInfo.InvariantCulture),
            "NumberOfMembers" => recipe.Members.ToString(CultureInfo.InvariantCulture),
            _ => options.GetType().GetProperty(name)!.GetValue(options) switch
            {
                null => "null: ",
                int[] units => $"[{string.Join(", ", units)}]",
                bool value => value ? "true" : "false",
                IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
                var value => value.ToString()!,
            },
        };
    }

    private static void AssertScores(FlowTransformer flow, IDataView data) =>
        Assert.Equal(300, flow.Transform(data).GetColumn<float>("PValue").Count(p => p is >= 0 and <= 1));

    // "| `Name` | default | for densities | ... |".
    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<default>[^|]+) \| (?<density>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex OptionRow();
}
