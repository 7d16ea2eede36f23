using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.EndToEnd.Categories;

/// <summary>Categorical columns that cannot be what they are given as: what is wrong, and what to do.</summary>
public sealed class CategoryBadInputTests
{
    private readonly MLContext _context = new(3);

    [Theory]
    [InlineData("Features", "names 'Features', which FeatureColumnName names too. Numbers that measure something are features")]
    [InlineData("Weight", "names 'Weight', which ExampleWeightColumnName names too")]
    [InlineData("Given", "names 'Given', which ContextColumnName names too. What rows are given is no part of their density")]
    [InlineData("Color", "CategoricalColumnNames names 'Color' more than once. Name each column once.")]
    [InlineData("Score", "are not all different")]
    [InlineData("", "A column name is null or empty")]
    public void Options_WithAColumnInTwoRoles_AreRefused(string categorical, string fault)
    {
        var options = new PlanarFlowEstimator.Options
        {
            CategoricalColumnNames = ["Color", categorical],
            ExampleWeightColumnName = "Weight",
            ContextColumnName = "Given",
        };

        Assert.Contains(fault, Assert.Throws<ArgumentException>(() => _context.Flows.PlanarFlow(options)).Message);
    }

    [Fact]
    public void Fit_OfTextAsFeaturesOrAsContext_SaysWhereTextGoes()
    {
        IDataView rows = _context.Data.LoadFromEnumerable([new TextRow { Color = "red" }, new TextRow { Color = "blue" }]);
        string Fault(PlanarFlowEstimator.Options options) =>
            Assert.Throws<ArgumentException>(() => _context.Flows.PlanarFlow(options).Fit(rows)).Message;
        const string Is = "Column 'Color' is String, but a flow needs a vector of Single of known size. ";

        Assert.Equal(
            Is + "Text belongs into CategoricalColumnNames. As numbers: make the vector with "
            + "mlContext.Transforms.Categorical.OneHotEncoding.",
            Fault(new PlanarFlowEstimator.Options { FeatureColumnName = "Color" }));
        Assert.Equal(
            Is + "Make the vector with mlContext.Transforms.Categorical.OneHotEncoding.",
            Fault(new PlanarFlowEstimator.Options { ContextColumnName = "Color" }));
    }

    [Fact]
    public void Options_WithABaseThatIsNoMixture_AreRefusedWithTheReason()
    {
        foreach (BaseDistribution choice in (BaseDistribution[])[BaseDistribution.StandardNormal, BaseDistribution.StudentT()])
        {
            var options = new PlanarFlowEstimator.Options { CategoricalColumnNames = ["Color"], BaseDistribution = choice };

            Assert.Contains(
                "BaseDistribution is no mixture, but categories are shares within a mixture's components",
                Assert.Throws<ArgumentException>(() => _context.Flows.PlanarFlow(options)).Message);
        }
    }

    [Fact]
    public void Options_WithoutAnyColumn_OrWithoutFeaturesForALatent_AreRefused()
    {
        var none = new PlanarFlowEstimator.Options { FeatureColumnName = null };
        var latent = new PlanarFlowEstimator.Options
        {
            FeatureColumnName = null,
            CategoricalColumnNames = ["Color"],
            LatentColumnName = "Latent",
        };
        var nothing = new PlanarFlowEstimator.Options { CategoricalColumnNames = null! };

        Assert.Contains(
            "FeatureColumnName is null, and CategoricalColumnNames is empty",
            Assert.Throws<ArgumentException>(() => _context.Flows.PlanarFlow(none)).Message);
        Assert.Contains(
            "without features there is no latent vector",
            Assert.Throws<ArgumentException>(() => _context.Flows.PlanarFlow(latent)).Message);
        Assert.Contains(
            "CategoricalColumnNames is null",
            Assert.Throws<ArgumentException>(() => _context.Flows.PlanarFlow(nothing)).Message);
    }

    [Theory]
    [InlineData("Weight", "Column 'Weight' is Single, but a categorical column is text or a key")]
    [InlineData("Given", "Column 'Given' is Vector<Single, 1>, but a categorical column is text or a key")]
    [InlineData("Hue", "There is no categorical column 'Hue' among")]
    public void Fit_OnAColumnOfAnotherType_SaysWhatItTakes(string column, string fault)
    {
        IDataView data = KnownMixture.View(_context, KnownMixture.Draw(50, 1));
        PlanarFlowEstimator flow = _context.Flows.PlanarFlow(
            new PlanarFlowEstimator.Options { CategoricalColumnNames = [column] });

        Assert.Contains(fault, Assert.Throws<ArgumentException>(() => flow.Fit(data)).Message);
        Assert.Throws<ArgumentException>(() => flow.GetOutputSchema(MLNet.Flows.Interop.FlowSchemaShape.Of(data.Schema)));
    }

    [Fact]
    public void Fit_OnAVectorOfUnknownSize_SaysWhatItTakes()
    {
        IDataView data = _context.Transforms.Text.TokenizeIntoWords("Words", "Color")
            .Fit(KnownMixture.View(_context, KnownMixture.Draw(50, 1)))
            .Transform(KnownMixture.View(_context, KnownMixture.Draw(50, 1)));
        PlanarFlowEstimator flow = _context.Flows.PlanarFlow(
            new PlanarFlowEstimator.Options { CategoricalColumnNames = ["Words"] });

        Assert.Contains("a vector of known size", Assert.Throws<ArgumentException>(() => flow.Fit(data)).Message);
    }

    [Fact]
    public void Transform_OfAKeyOfAnotherCardinality_SaysWhatToDo()
    {
        MixedRow[] rows = KnownMixture.Draw(200, 1);
        IDataView train = Keys(rows), fewer = Keys([.. rows.Where(row => row.Color != "black")]);
        FlowTransformer model = _context.Flows.PlanarFlow(Short("Key")).Fit(train);

        string message = Assert.Throws<ArgumentException>(() => model.Transform(fewer)).Message;
        Assert.StartsWith("Column 'Key' is a key of 3 values, but this flow was trained on a key of 4", message);
        Assert.Contains("MapValueToKey", message);
        Assert.All(model.Transform(train).GetColumn<float>("Score"), score => Assert.True(float.IsFinite(score)));
    }

    [Fact]
    public void Transform_OfTextWhereThereWasAKey_SaysSo()
    {
        MixedRow[] rows = KnownMixture.Draw(200, 1);
        FlowTransformer model = _context.Flows.PlanarFlow(Short("Key")).Fit(Keys(rows));
        IDataView text = _context.Transforms.CopyColumns("Key", "Color")
            .Fit(KnownMixture.View(_context, rows)).Transform(KnownMixture.View(_context, rows));

        Assert.Contains(
            "Column 'Key' is String, but this flow was trained on one key of 4 values",
            Assert.Throws<ArgumentException>(() => model.Transform(text)).Message);
    }

    [Fact]
    public void ArraysOfNumbers_ForAFlowWithCategories_AreRefused()
    {
        FlowTransformer model = _context.Flows.PlanarFlow(Short("Color"))
            .Fit(KnownMixture.View(_context, KnownMixture.Draw(200, 1)));
        Action[] calls =
        [
            () => model.LogLikelihood([0, 0], new float[1]),
            () => model.PValue([0, 0], new float[1]),
            () => model.Explain([0, 0]),
            () => model.Sample(3),
        ];

        Assert.All(calls, call => Assert.Contains(
            "This flow has the categorical columns 'Color', which arrays of numbers do not hold",
            Assert.Throws<ArgumentException>(call).Message));
    }

    [Fact]
    public void Fit_OnNoRow_SaysSo()
    {
        PlanarFlowEstimator flow = _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            FeatureColumnName = null,
            CategoricalColumnNames = ["Color"],
        });

        Assert.Contains(
            "Column 'Color' gave no usable row",
            Assert.Throws<InvalidOperationException>(() => flow.Fit(KnownMixture.View(_context, []))).Message);
    }

    [Fact]
    public void Fit_OnMoreValuesThanRows_WarnsOnceAndGoesOn()
    {
        MixedRow[] rows = KnownMixture.Draw(100, 1);
        for (int i = 0; i < rows.Length; i++)
            rows[i].Shape = $"name {i}";
        var warnings = new List<string>();
        _context.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning && message.Message.Contains("a name for each"))
                warnings.Add(message.Message);
        };
        FlowTransformer model = _context.Flows.PlanarFlow(Short("Color", "Shape")).Fit(KnownMixture.View(_context, rows));

        Assert.Contains("'Shape' has 100 values", Assert.Single(warnings));
        Assert.All(
            model.Transform(KnownMixture.View(_context, KnownMixture.Draw(20, 2))).GetColumn<float>("Score"),
            score => Assert.True(float.IsFinite(score)));
    }

    [Fact]
    public void Fit_OnFewRows_IsNoError()
    {
        for (int count = 1; count < 6; count++)
        {
            FlowTransformer model = _context.Flows.PlanarFlow(Short("Color", "Shape"))
                .Fit(KnownMixture.View(_context, KnownMixture.Draw(count, 1)));

            Assert.All(
                model.Transform(KnownMixture.View(_context, KnownMixture.Draw(20, 2))).GetColumn<float>("Score"),
                score => Assert.True(float.IsFinite(score)));
        }
    }

    private static PlanarFlowEstimator.Options Short(params string[] columns) =>
        new() { CategoricalColumnNames = columns, MaximumSteps = 30 };

    private IDataView Keys(MixedRow[] rows)
    {
        IDataView view = KnownMixture.View(_context, rows);
        return _context.Transforms.Conversion.MapValueToKey("Key", "Color").Fit(view).Transform(view);
    }

    private sealed class TextRow
    {
        [VectorType(1)]
        public float[] Features { get; set; } = [1];

        public string Color { get; set; } = "";
    }
}
