using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Explanation;
using MLNet.Flows.Model;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Explanation;

public sealed class ExplainTests
{
    private readonly MLContext _context = new(5);

    [Theory]
    [InlineData("mixture")]
    [InlineData("student")]
    [InlineData("whitened")]
    public void FeatureContributions_OfEveryRow_AddUpToTheScoresDifference(string kind)
    {
        // Column 2 is constant in training.
        float[][] train = [.. Rows.Normal(600, 3).Select(r => (float[])[r[0], r[1] * 100, 5, r[2]])];
        float[][] test = [train[0], train[1], [30, 0, 5, 0], [0, -2000, 5.3f, 1], [0, 0, 5, 0], [1e6f, 1, 5, 1]];
        var options = new PlanarFlowEstimator.Options
        {
            MaximumSteps = 300,
            FeatureContributionsColumnName = "FeatureContributions",
        };
        if (kind == "student")
            options.BaseDistribution = BaseDistribution.StudentT();
        if (kind == "whitened")
            options.Preprocessing = Preprocessing.Whiten();
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, train));
        var atReference = new float[1];
        model.LogLikelihood(model.Model.Reference, atReference);

        IDataView scored = model.Transform(Rows.View(_context, test));
        float[] scores = [.. scored.GetColumn<float>("Score")];
        float[][] contributions = [.. scored.GetColumn<float[]>("FeatureContributions")];

        for (int i = 0; i < test.Length; i++)
        {
            double difference = scores[i] + (double)atReference[0];
            Assert.Equal(difference, contributions[i].Sum(c => (double)c), 1e-3 + 1e-4 * Math.Abs(difference));
        }

        // A single feature that departs gets what there is to explain.
        Assert.True(contributions[2][0] > 0.9 * (scores[2] + atReference[0]));
        Assert.True(contributions[5][0] > 0.9 * (scores[5] + atReference[0]));
        Assert.InRange(contributions[3][2], 1000, 1e30f);
        Assert.Equal(0, contributions[0][2]);
    }

    [Fact]
    public void FeatureContributions_BeforeSharingOutTheRest_AreWithinOnePercent()
    {
        // Against a thousand times finer plain Riemann sum of the same gradient.
        float[][] train = Rows.Normal(600, 3);
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { MaximumSteps = 500 })
            .Fit(Rows.View(_context, train));
        foreach (float[] row in (float[][])[train[0], [4, -3, 2], [9, 9, 9]])
        {
            var contributions = new float[3];
            new RowExplainer(model.Model.Density, model.Model.Reference).Explain(row, [], [], contributions);
            double[] fine = Riemann(model.Model, row, 64 * 300);
            double size = fine.Sum(Math.Abs);
            for (int d = 0; d < 3; d++)
                Assert.Equal(fine[d], contributions[d], 0.01 * size);
        }
    }

    [Fact]
    public void Explain_RowOfAPipeline_NamesTheFeatureThatDeparts()
    {
        var random = new MLNet.Flows.Numerics.RandomStream(1);
        IDataView data = _context.Data.LoadFromEnumerable(
            Enumerable.Range(0, 500).Select(
                _ => new Reading
                {
                    Temperature = 20 + (float)random.NextGaussian(),
                    Pressure = 1000 + 10 * (float)random.NextGaussian(),
                }));
        TransformerChain<PlanarFlowTransformer> model = _context.Transforms.Concatenate("Features", "Temperature", "Pressure")
            .Append(_context.Flows.PlanarFlow()).Fit(data);

        IReadOnlyList<FeatureContribution> top = _context.Flows.Explain(
            model, new Reading { Temperature = 20.1f, Pressure = 1100 }, 1);

        FeatureContribution first = Assert.Single(top);
        Assert.Equal(("Pressure", 1, 1100f), (first.Name, first.Index, first.Value));
        Assert.Equal(1000, first.Reference, 10f);
        Assert.True(first.Contribution > 20);
        Assert.Equal(500, _context.Flows.ExplainRows(model, data).Count());
    }

    [Fact]
    public void Explain_RowThatAlarmsForMissingFeatures_NamesThose()
    {
        PlanarFlowTransformer flow = Transformers.TestFlows.Transformer(_context);
        float[][] rows = [[1, float.NaN, 1, float.PositiveInfinity, 1], [1, 2, 3, 4, 5]];

        FeatureContribution[][] explained =
            [.. _context.Flows.ExplainRows(flow, Rows.View(_context, rows)).Select(row => row.ToArray())];

        Assert.Equal(["Features[1]", "Features[3]"], explained[0].Select(feature => feature.Name));
        Assert.Equal([float.NaN, float.PositiveInfinity], explained[0].Select(feature => feature.Value));
        Assert.All(explained[0], feature => Assert.True(float.IsNaN(feature.Contribution)));
        Assert.Equal(5, explained[1].Length);
        Assert.Equal("Features[1]", Assert.Single(flow.Explain(rows[0], numberOfFeatures: 1)).Name);
    }

    [Fact]
    public void Explain_ArrayWithoutASize_TakesASchemaDefinition()
    {
        PlanarFlowTransformer flow = Transformers.TestFlows.Transformer(_context);
        var schema = SchemaDefinition.Create(typeof(Rows.Row));
        schema[nameof(Rows.Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 5);

        IReadOnlyList<FeatureContribution> explained = _context.Flows.Explain(
            flow, new Rows.Row { Features = [1, -2, 7, 0, 500] }, 1, schema);

        Assert.Equal(4, Assert.Single(explained).Index);
    }

    [Fact]
    public void Explain_BadInput_Throws()
    {
        PlanarFlowTransformer flow = Transformers.TestFlows.Transformer(_context);

        Assert.Contains(
            "The row has 2 values, but this flow was trained on 5 features.",
            Assert.Throws<ArgumentException>(() => flow.Explain([1, 2])).Message);
        Assert.Contains(
            "numberOfFeatures is 0, but it is at least 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => flow.Explain(new float[5], 0)).Message);
        Assert.Contains("There is no feature column 'Features' among 'Temperature'",
            Assert.Throws<ArgumentException>(() => _context.Flows.Explain(flow, new Reading())).Message);
        ITransformer other = _context.Transforms.CopyColumns("A", "Temperature")
            .Fit(_context.Data.LoadFromEnumerable([new Reading()]));
        Assert.Contains(
            "holds no flow", Assert.Throws<ArgumentException>(() => _context.Flows.Explain(other, new Reading())).Message);
    }

    private static double[] Riemann(FlowModel model, float[] row, int points)
    {
        var gradient = new DensityGradient(model.Density.Flow);
        var sums = new double[row.Length];
        var logProb = new double[64];
        for (int start = 0; start < points; start += 64)
        {
            for (int r = 0; r < 64; r++)
            {
                double t = (start + r + 0.5) / points;
                for (int d = 0; d < row.Length; d++)
                    gradient.Points.Values[d * 64 + r] = (float)(model.Reference[d] + t * (row[d] - model.Reference[d]));
            }

            gradient.Run(logProb);
            for (int r = 0; r < 64; r++)
            {
                for (int d = 0; d < row.Length; d++)
                    sums[d] -= gradient.Gradient.Values[d * 64 + r] * (row[d] - (double)model.Reference[d]) / points;
            }
        }

        return sums;
    }

    private sealed class Reading
    {
        public float Temperature { get; set; }

        public float Pressure { get; set; }
    }
}
