using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The examples in the documentation of the catalog's flows, as they stand there, run.</summary>
public sealed class FlowExamples
{
    private static readonly MLContext Context = new(seed: 1);
    private static readonly IDataView Data = ReadingRows.Normal(Context, 300, seed: 1);

    [Fact]
    public void Catalog()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var flows = new FlowsCatalog(mlContext);                    // what mlContext.Flows is from C# 14 on
        PlanarFlowTransformer model = flows.PlanarFlow().Fit(data);

        Assert.Equal(2, model.FeatureCount);
    }

    [Fact]
    public void PlanarFlow()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        PlanarFlowTransformer model = mlContext.Flows.PlanarFlow().Fit(data);
        IDataView scored = model.Transform(data);                   // LogLikelihood, Score, PValue, PredictedLabel

        AssertScored(scored);
    }

    [Fact]
    public void PlanarFlow_Options()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var options = new PlanarFlowEstimator.Options
        {
            Contamination = 0.05,                                   // one training row in twenty is an anomaly
            FeatureContributionsColumnName = "Why",                 // one more column: what each feature adds to Score
        };
        IDataView scored = mlContext.Flows.PlanarFlow(options).Fit(data).Transform(data);

        AssertScored(scored);
        Assert.All(scored.GetColumn<VBuffer<float>>("Why"), why => Assert.Equal(2, why.Length));
    }

    [Fact]
    public void RealNvp()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var pipeline = mlContext.Transforms.Concatenate("Features", "Temperature", "Pressure")
            .Append(mlContext.Flows.RealNvp(contamination: 0));
        ITransformer model = pipeline.Fit(data);

        AssertScored(model.Transform(data));
    }

    [Fact]
    public void RealNvp_Options()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var options = new RealNvpEstimator.Options { NumberOfCouplings = 4, HiddenUnits = [128, 128], Contamination = 0 };
        RealNvpTransformer model = mlContext.Flows.RealNvp(options).Fit(data);

        AssertScored(model.Transform(data));
    }

    [Fact]
    public void Nice()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        NiceTransformer model = mlContext.Flows.Nice(contamination: 0).Fit(data);

        AssertScored(model.Transform(data));
    }

    [Fact]
    public void Nice_Options()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var options = new NiceEstimator.Options { CategoricalColumnNames = ["Machine"], Contamination = 0 };
        NiceTransformer model = mlContext.Flows.Nice(options).Fit(data);        // judges features and machine together

        AssertScored(model.Transform(data));
        Assert.Equal(["Machine"], model.CategoricalColumnNames);
    }

    [Fact]
    public void Glow()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        GlowTransformer model = mlContext.Flows.Glow(numberOfSteps: 4, contamination: 0).Fit(data);

        AssertScored(model.Transform(data));
    }

    [Fact]
    public void Glow_Options()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var options = new GlowEstimator.Options { ContextColumnName = "Hour", Contamination = 0 };
        GlowTransformer model = mlContext.Flows.Glow(options).Fit(data);        // judges features by what is usual at that hour

        AssertScored(model.Transform(data));
        Assert.Equal("Hour", model.ContextColumnName);
    }

    [Fact]
    public void MaskedAutoregressive()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        MaskedAutoregressiveTransformer model = mlContext.Flows.MaskedAutoregressive(contamination: 0).Fit(data);

        AssertScored(model.Transform(data));
    }

    [Fact]
    public void MaskedAutoregressive_Options()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var options = new MaskedAutoregressiveEstimator.Options
        {
            NumberOfTransforms = 4,
            Order = ColumnOrder.Random,                             // another order of the columns in each map
            Contamination = 0,
        };
        MaskedAutoregressiveTransformer model = mlContext.Flows.MaskedAutoregressive(options).Fit(data);

        AssertScored(model.Transform(data));
    }

    [Fact]
    public void NeuralSpline()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        NeuralSplineTransformer model = mlContext.Flows.NeuralSpline(contamination: 0).Fit(data);

        AssertScored(model.Transform(data));
    }

    [Fact]
    public void NeuralSpline_Options()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        NeuralSplineEstimator.Options options = NeuralSplineEstimator.Options.ForDensityEstimation();
        options.Seed = 1;
        NeuralSplineTransformer model = mlContext.Flows.NeuralSpline(options).Fit(data);
        IDataView drawn = mlContext.Flows.Sample(model, rows: 100, seed: 1);

        Assert.Equal(100, drawn.GetColumn<float>("LogLikelihood").Count(float.IsFinite));
    }

    [Fact]
    public void ContinuousFlow()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        ContinuousFlowTransformer model = mlContext.Flows.ContinuousFlow(contamination: 0).Fit(data);

        AssertScored(model.Transform(data));
    }

    [Fact]
    public void ContinuousFlow_Options()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var options = new ContinuousFlowEstimator.Options { HiddenUnits = [32, 32], NumberOfSteps = 40, Contamination = 0 };
        ContinuousFlowTransformer model = mlContext.Flows.ContinuousFlow(options).Fit(data);

        AssertScored(model.Transform(data));
    }

    [Fact]
    public void RadialFlow()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        RadialFlowTransformer model = mlContext.Flows.RadialFlow(contamination: 0).Fit(data);

        AssertScored(model.Transform(data));
    }

    [Fact]
    public void RadialFlow_Options()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var options = new RadialFlowEstimator.Options { NumberOfLayers = 32, Contamination = 0 };
        RadialFlowTransformer model = mlContext.Flows.RadialFlow(options).Fit(data);

        AssertScored(model.Transform(data));
    }

    [Fact]
    public void AnomalyDetector()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        ConsensusTransformer detector = mlContext.Flows.AnomalyDetector().Fit(data);
        IDataView scored = detector.Transform(data);                // LogLikelihood, Score, PValue, PredictedLabel

        AssertScored(scored);
    }

    [Fact]
    public void AnomalyDetector_Options()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var options = new AnomalyDetectorEstimator.Options
        {
            CategoricalColumnNames = ["Machine"],
            Contamination = 0,                                      // every training row is normal
            FalseAlarmRate = 0.001,
        };
        ConsensusTransformer detector = mlContext.Flows.AnomalyDetector(options).Fit(data);

        AssertScored(detector.Transform(data));
        Assert.Equal(0.001, detector.FalseAlarmRate);
    }

    [Fact]
    public void Consensus()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        ConsensusTransformer model = mlContext.Flows.Consensus(
            mlContext.Flows.PlanarFlow(contamination: 0),
            mlContext.Flows.Nice(contamination: 0)).Fit(data);

        Assert.Equal(["PlanarFlow", "Nice"], model.Members.Select(member => member.Name));
    }

    [Fact]
    public void Consensus_Options()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var options = new ConsensusEstimator.Options { FalseAlarmRate = 0.005 };
        ConsensusTransformer model = mlContext.Flows.Consensus(
            options,
            mlContext.Flows.PlanarFlow(contamination: 0),
            mlContext.Flows.ContinuousFlow(contamination: 0)).Fit(data);

        Assert.Equal(0.005, model.FalseAlarmRate);
        AssertScored(model.Transform(data));
    }

    // The scores are numbers, and of the rows that it was trained on few alarm.
    private static void AssertScored(IDataView scored)
    {
        Assert.All(scored.GetColumn<float>("LogLikelihood"), value => Assert.True(float.IsFinite(value)));
        Assert.All(scored.GetColumn<float>("PValue"), value => Assert.InRange(value, 0, 1));
        Assert.InRange(scored.GetColumn<bool>("PredictedLabel").Count(alarm => alarm), 0, 30);
    }
}
