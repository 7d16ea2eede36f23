using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Estimators;

public sealed class RealNvpEstimatorTests
{
    [Fact]
    public void Fit_OnClusters_IsADensityNearTheTrueOne()
    {
        var context = new MLContext(1);
        RealNvpEstimator.Options options = RealNvpEstimator.Options.ForDensityEstimation();
        (options.MaximumEpochs, options.HiddenUnits, options.Seed) = (40, [32, 32], 1);
        RealNvpTransformer model = context.Flows.RealNvp(options).Fit(View(context, Ring(3000, 1)));
        float[] fresh = [.. Ring(2000, 2).SelectMany(row => row)];
        var result = new float[2000];
        model.LogLikelihood(fresh, result);

        // The ring's entropy in nats: radius N(2, 0.2), angle uniform; density N(r) / (2 pi r), E log r from a series.
        double entropy = 0.5 * Math.Log(2 * Math.PI * Math.E * 0.04) + Math.Log(2 * Math.PI) + Math.Log(2) - 0.5 * 0.01;
        Assert.InRange(-result.Average(l => (double)l), entropy - 0.05, entropy + 0.35);
        Assert.Equal(1, Integral(model), 0.01);
    }

    [Fact]
    public void Fit_ThenTransform_HasTheColumnsOfAnyFlow()
    {
        var context = new MLContext(1);
        RealNvpTransformer model = Quick(context);
        IDataView scored = model.Transform(View(context, [.. Ring(100, 3), [30, 30], [float.NaN, 1]]));

        bool[] alarms = [.. scored.GetColumn<bool>("PredictedLabel")];
        Assert.True(alarms[100] && alarms[101]);
        Assert.InRange(alarms[..100].Count(alarm => alarm), 0, 12);
        Assert.True(float.IsNaN(scored.GetColumn<float>("LogLikelihood").Last()));
        Assert.All(scored.GetColumn<float>("PValue").Take(101), p => Assert.InRange(p, 0, 1));
    }

    [Fact]
    public void Fit_ThenSampleAndExplain_WorkAsForAnyFlow()
    {
        var context = new MLContext(1);
        RealNvpTransformer model = Quick(context);

        float[] samples = model.Sample(2000, seed: 1);
        double radius = Enumerable.Range(0, 2000)
            .Average(i => Math.Sqrt(samples[2 * i] * samples[2 * i] + samples[2 * i + 1] * samples[2 * i + 1]));
        Assert.Equal(2, radius, 0.3);

        float[] row = [3, 1];
        var likelihoods = new float[2];
        IReadOnlyList<FeatureContribution> parts = model.Explain(row);
        model.LogLikelihood([.. row, .. parts.OrderBy(p => p.Index).Select(p => p.Reference)], likelihoods);
        Assert.Equal(likelihoods[1] - likelihoods[0], parts.Sum(p => p.Contribution), 1e-2);
    }

    [Fact]
    public void Fit_SameSeedTwice_IsTheSameModel()
    {
        var context = new MLContext(1);
        float[] rows = [.. Ring(50, 5).SelectMany(row => row)], first = new float[50], second = new float[50];

        Quick(context).LogLikelihood(rows, first);
        Quick(context).LogLikelihood(rows, second);

        Assert.Equal(first, second);
    }

    [Fact]
    public void Options_SeveralFaults_AreListedTogether()
    {
        var error = Assert.Throws<ArgumentException>(() => new MLContext().Flows.RealNvp(new RealNvpEstimator.Options
        {
            NumberOfCouplings = 0,
            HiddenUnits = [8, 100_000, 0],
            LogScaleBound = 100,
            FalseAlarmRate = 2,
        }));

        Assert.StartsWith("The options of RealNvp have 5 faults: NumberOfCouplings is 0, but it is in [1, 256]. ", error.Message);
        Assert.Contains("LogScaleBound is 100, but it is in [0.01, 5].", error.Message);
        Assert.Contains(
            "HiddenUnits[1] is 100000, but it is in [1, 4096]. HiddenUnits[2] is 0, but it is in [1, 4096].", error.Message);
    }

    [Fact]
    public void Options_TooManyHiddenLayersOrNone_AreListed()
    {
        FlowsCatalog flows = new MLContext().Flows;

        var many = Assert.Throws<ArgumentException>(
            () => flows.RealNvp(new RealNvpEstimator.Options { HiddenUnits = new int[17] }));
        var none = Assert.Throws<ArgumentException>(() => flows.RealNvp(new RealNvpEstimator.Options { HiddenUnits = null! }));

        Assert.Equal("The options of RealNvp have 1 fault: HiddenUnits has 17 layers, but it has at most 16.", many.Message);
        Assert.Contains("HiddenUnits is null.", none.Message);
    }

    [Fact]
    public void Options_TooManyWeights_AreRefusedBeforeAnyIsAllocated()
    {
        var context = new MLContext(1);
        int[] wide = [.. Enumerable.Repeat(4096, 16)];

        var many = Assert.Throws<ArgumentException>(
            () => context.Flows.RealNvp(new RealNvpEstimator.Options { NumberOfCouplings = 256, HiddenUnits = wide }));
        var byColumns = Assert.Throws<ArgumentException>(
            () => new RealNvpEstimator.Options { HiddenUnits = [4096], NumberOfCouplings = 2 }
                .CreateBijections(20_000, context: 0, seed: 1));

        Assert.Contains("make 6.4e10 weights for 1 column, but there are at most 1.0e8. Take fewer of any.", many.Message);
        Assert.Contains("weights for 20000 columns, but there are at most 1.0e8.", byColumns.Message);
    }

    [Fact]
    public void Options_ChangedAfterwards_HaveNoEffect()
    {
        var context = new MLContext(1);
        var options = new RealNvpEstimator.Options { MaximumSteps = 50, Seed = 2, CalibrationFolds = 0 };
        float[] rows = [.. Ring(50, 5).SelectMany(row => row)], first = new float[50], second = new float[50];
        RealNvpEstimator estimator = context.Flows.RealNvp(options);
        estimator.Fit(View(context, Ring(300, 1))).LogLikelihood(rows, first);

        options.HiddenUnits[0] = 3;

        estimator.Fit(View(context, Ring(300, 1))).LogLikelihood(rows, second);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Fit_WrongColumn_NamesIt()
    {
        var context = new MLContext(1);

        Assert.Contains(
            "'Nowhere'",
            Assert.Throws<ArgumentException>(() => context.Flows.RealNvp("Nowhere").Fit(View(context, Ring(3, 1)))).Message);
    }

    private static RealNvpTransformer Quick(MLContext context) => context.Flows
        .RealNvp(
            new RealNvpEstimator.Options
            {
                MaximumSteps = 150,
                NumberOfCouplings = 4,
                HiddenUnits = [16],
                Seed = 2,
                CalibrationFolds = 0,
            })
        .Fit(View(context, Ring(800, 1)));

    private static float[][] Ring(int count, int seed)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double radius = 2 + 0.2 * random.NextGaussian(), angle = 2 * Math.PI * random.NextDouble();
            return new[] { (float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)) };
        })];
    }

    private static double Integral(FlowTransformer model)
    {
        const double Step = 0.02;
        float[] grid = [.. Enumerable.Range(-200, 400).SelectMany(
            i => Enumerable.Range(-200, 400).SelectMany(j => new[] { (float)((i + 0.5) * Step), (float)((j + 0.5) * Step) }))];
        var result = new float[grid.Length / 2];
        model.LogLikelihood(grid, result);
        return result.Sum(l => Math.Exp(l)) * Step * Step;
    }

    private static IDataView View(MLContext context, float[][] rows) =>
        context.Data.LoadFromEnumerable(rows.Select(row => new Row { Features = row }));

    private sealed class Row
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }
}
