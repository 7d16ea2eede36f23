using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Distributions;
using MLNet.Flows.Persistence;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Estimators;

public sealed class PlanarFlowEstimatorTests
{
    private readonly MLContext _context = new(5);

    [Theory]
    [InlineData(128, 0.0)]
    [InlineData(1024, 0.0)]
    [InlineData(1024, 0.2)]
    public void Fit_OneOrTwoThreads_GivesTheSameModelBitForBit(int batchSize, double trim)
    {
        IDataView data = Rows.View(_context, Rows.Normal(3000, 5));

        byte[] one = Train(1), two = Train(2), again = Train(2);

        Assert.Equal(one, two);
        Assert.Equal(two, again);

        byte[] Train(int threads)
        {
            PlanarFlowTransformer model = _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
            {
                NumberOfThreads = threads,
                BatchSize = batchSize,
                TrimFraction = trim,
                MaximumSteps = 150,
                Seed = 9,
            }).Fit(data);
            return FlowModelFormat.Write(model.Model with { History = TrainingHistory.OfNoTraining(0, 0) });
        }
    }

    [Fact]
    public void Fit_ContextSeed_DecidesTheModel()
    {
        float[][] rows = Rows.Normal(400, 3);

        float[] a = Train(1), b = Train(1), other = Train(2);

        Assert.Equal(a, b);
        Assert.NotEqual(a, other);

        float[] Train(int seed)
        {
            var context = new MLContext(seed);
            return Rows.Scores(context.Flows.PlanarFlow().Fit(Rows.View(context, rows)), Rows.View(context, rows));
        }
    }

    [Fact]
    public void Fit_SameEstimatorTwice_GivesTheSameModel()
    {
        IDataView data = Rows.View(_context, Rows.Normal(300, 3));
        PlanarFlowEstimator estimator = _context.Flows.PlanarFlow();

        Assert.Equal(Rows.Scores(estimator.Fit(data), data), Rows.Scores(estimator.Fit(data), data));
    }

    [Fact]
    public void Fit_SineData_ComesNearTheEntropyFloor()
    {
        // x2 ~ U(-3, 3), x1 = sin(x2) + N(0, 0.1^2): entropy log 6 + log(0.1 sqrt(2 pi e)) = 0.908 nats.
        IDataView train = Rows.View(_context, Sine(4000, 1)), test = Rows.View(_context, Sine(4000, 2));
        var options = new PlanarFlowEstimator.Options
        {
            MaximumSteps = 3000,
            InputNoise = 0,
            LearningRate = 0.01,
            MaskColumns = false,
            NumberOfLayers = 32,
        };

        double nll = Rows.Scores(_context.Flows.PlanarFlow(options).Fit(train), test).Average();

        Assert.InRange(nll, 0.89, 1.01);
    }

    [Fact]
    public void Fit_TwoClusters_BeatsASingleNormal()
    {
        float[][] rows = [.. Rows.Normal(1000, 2).Select((r, i) => new[] { r[0] + (i % 2 == 0 ? 6 : -6), r[1] })];
        IDataView data = Rows.View(_context, rows);

        double mixture = Rows.Scores(_context.Flows.PlanarFlow().Fit(data), data).Average();

        // A normal with the same variances has entropy 1 + log(2 pi) + log of the standard deviations.
        double deviation = Math.Sqrt(rows.Average(r => r[0] * r[0])) * Math.Sqrt(rows.Average(r => r[1] * r[1]));
        Assert.True(mixture < 1 + Math.Log(2 * Math.PI) + Math.Log(deviation) - 0.5, $"{mixture}");
    }

    [Fact]
    public void Fit_OnASmallFarCluster_SetsItApartThoughSomeMembersLearnIt()
    {
        // 30 rows of 1,000: each member alone keeps or drops them by the chance of its start.
        const int Sets = 6, Count = 1000, Far = 30;
        int apart = 0;
        for (int set = 0; set < Sets; set++)
        {
            var random = new MLNet.Flows.Numerics.RandomStream(101 + set);
            float Value(int row) => (float)(row < Far ? 10 + 0.5 * random.NextGaussian() : random.NextGaussian());
            float[][] rows = [.. Enumerable.Range(0, Count).Select(i => (float[])[Value(i), Value(i), Value(i), Value(i)])];
            IDataView data = Rows.View(_context, rows);
            float[] scores = Rows.Scores(
                _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { Seed = set + 1, CalibrationFolds = 0 }).Fit(data),
                data);
            apart += scores[..Far].Min() > scores[Far..].Max() ? 1 : 0;
        }

        Assert.InRange(apart, 4, Sets);
    }

    [Fact]
    public void Fit_ForDensityEstimation_IsCloserThanTheDefault()
    {
        float[][] Ring(int seed)
        {
            var random = new MLNet.Flows.Numerics.RandomStream(seed);
            return [.. Enumerable.Range(0, 3000).Select(_ => 2 * Math.PI * random.NextDouble()).Select(angle =>
                (float[])[(float)(Math.Cos(angle) + 0.1 * random.NextGaussian()),
                    (float)(Math.Sin(angle) + 0.1 * random.NextGaussian())])];
        }

        IDataView train = Rows.View(_context, Ring(1)), fresh = Rows.View(_context, Ring(2));
        PlanarFlowEstimator.Options deep = PlanarFlowEstimator.Options.ForDensityEstimation();
        deep.NumberOfLayers = 64;
        deep.MaximumEpochs = 60;

        Assert.True(
            Rows.Scores(
                _context.Flows.PlanarFlow(deep).Fit(train),
                fresh).Average() < Rows.Scores(_context.Flows.PlanarFlow().Fit(train), fresh).Average() - 0.1);
    }

    [Fact]
    public void Fit_WeightTwo_CountsAsTwoRows()
    {
        // A few rows at 5 with weight 30 weigh as much as the rest.
        float[][] rows = [.. Rows.Normal(300, 1), .. Enumerable.Range(0, 100).Select(i => new[] { 5 + 0.001f * i })];
        float[] weights = [.. Enumerable.Range(0, 400).Select(i => i < 300 ? 0.1f : 3)];
        var options = new PlanarFlowEstimator.Options
        {
            ExampleWeightColumnName = "Weight",
            Seed = 1,
            BaseDistribution = BaseDistribution.NormalMixture(4),
        };

        PlanarFlowTransformer weighted = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, rows, weights));
        PlanarFlowTransformer plain = _context.Flows.PlanarFlow(
            new PlanarFlowEstimator.Options
            {
                Seed = 1,
                BaseDistribution = BaseDistribution.NormalMixture(4),
            }).Fit(Rows.View(_context, rows));

        IDataView probe = Rows.View(_context, [[5.05f]]);
        Assert.True(Rows.Scores(weighted, probe)[0] < Rows.Scores(plain, probe)[0] - 0.5);
        Assert.True(weighted.Transform(Rows.View(_context, [[0f]])).GetColumn<float>("PValue").Single() < 0.2f);
    }

    [Fact]
    public void Fit_OutlyingRows_TrimmedTheyBecomeStranger()
    {
        float[][] rows =
            [.. Rows.Normal(900, 2), .. Rows.Normal(100, 2, seed: 3).Select(r => new[] { 8 + 0.3f * r[0], 8 + 0.3f * r[1] })];
        IDataView data = Rows.View(_context, rows);

        float[] plain = Rows.Scores(Fit(0), data), trimmed = Rows.Scores(Fit(0.2), data);

        Assert.True(
            trimmed[900..].Average() > plain[900..].Average() + 3, $"{trimmed[900..].Average()} and {plain[900..].Average()}");

        PlanarFlowTransformer Fit(double trim) => _context.Flows
            .PlanarFlow(
                new PlanarFlowEstimator.Options
                {
                    TrimFraction = trim,
                    BaseDistribution = BaseDistribution.StudentT(5),
                    Seed = 4,
                })
            .Fit(data);
    }

    [Fact]
    public void Fit_Cancelled_ReturnsTheBestWeightsSoFar()
    {
        using var source = new CancellationTokenSource();
        var options = new PlanarFlowEstimator.Options
        {
            MaximumSteps = 1_000_000,
            NumberOfThreads = 1,
            CancellationToken = source.Token,
            Progress = new CancelAt(source, 300),
        };

        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, Rows.Normal(500, 2)));

        Assert.Equal(TrainingStopReason.Cancelled, model.History.StopReason);
        Assert.Equal(300, model.History.Progress[^1].Step);
    }

    [Theory]
    [InlineData(null, null, 8)]
    [InlineData(0.0, null, 1)]
    [InlineData(0.1, null, 1)]
    [InlineData(null, 1, 1)]
    [InlineData(0.0, 3, 3)]
    public void Fit_NumberOfMembers_IsWhatTheDensityMixes(double? contamination, int? members, int expected)
    {
        var options = new PlanarFlowEstimator.Options
        {
            Contamination = contamination,
            NumberOfMembers = members,
            MaximumSteps = 20,
            CalibrationFolds = 0,
        };

        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, Rows.Normal(200, 3)));

        Assert.Equal(expected, model.Model.Density.Flow.Chain.Base is UniformMixture mixture ? mixture.Members.Count : 1);
    }

    [Fact]
    public void Fit_CancelledInTheSecondMember_KeepsTheFirst()
    {
        using var source = new CancellationTokenSource();
        var options = new PlanarFlowEstimator.Options
        {
            MaximumSteps = 200,
            NumberOfThreads = 1,
            CancellationToken = source.Token,
            Progress = new CancelAtReport(source, 7),
        };

        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, Rows.Normal(500, 2)));

        Assert.Equal(TrainingStopReason.Cancelled, model.History.StopReason);
        Assert.Single(Assert.IsType<UniformMixture>(model.Model.Density.Flow.Chain.Base).Members);
    }

    [Fact]
    public void Fit_MaximumEpochs_TakesThePlaceOfSteps()
    {
        var options = new PlanarFlowEstimator.Options { MaximumEpochs = 3, ValidationFraction = 0, BatchSize = 100 };

        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, Rows.Normal(1000, 2)));

        Assert.Equal(30, model.History.Progress[^1].Step);
        Assert.Equal(3, model.History.Progress[^1].Epoch, 1e-9);
        Assert.All(model.History.Progress, report => Assert.True(double.IsNaN(report.ValidationLogLikelihood)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(float.NaN)]
    public void Fit_NoRowHasAWeight_NamesTheWeightColumn(float weight)
    {
        var context = new MLContext(1);
        IDataView data = Rows.View(context, Rows.Normal(50, 2), [.. Enumerable.Repeat(weight, 50)]);

        var fault = Assert.Throws<InvalidOperationException>(
            () => context.Flows.PlanarFlow(exampleWeightColumnName: "Weight").Fit(data));

        Assert.StartsWith("Column 'Weight' leaves no usable row: of 50 rows 50 have complete features", fault.Message);
    }

    [Fact]
    public void PlanarFlow_OptionsChangedLater_HasNoEffect()
    {
        var options = new PlanarFlowEstimator.Options { ScoreColumnName = "S" };
        PlanarFlowEstimator estimator = _context.Flows.PlanarFlow(options);

        options.ScoreColumnName = "Other";

        Assert.Equal("S", estimator.Fit(Rows.View(_context, Rows.Normal(50, 2))).ScoreColumnName);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Check_EachFault_IsNamed(PlanarFlowEstimator.Options options, string expected)
    {
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => _context.Flows.PlanarFlow(options)).Message);
    }

    public static TheoryData<PlanarFlowEstimator.Options, string> Faults => new()
    {
        { new() { NumberOfLayers = 5000 }, "have 1 fault: NumberOfLayers is 5000, but it is in [0, 4096]." },
        { new() { NumberOfLayers = 2048, NumberOfMembers = 5 }, "NumberOfMembers is 5, but with 2048 layers it is at most 4." },
        { new() { LearningRate = double.NaN }, "LearningRate is NaN, but it is above 0 and at most 1." },
        { new() { MaximumSteps = 0 }, "MaximumSteps is 0" },
        { new() { MaximumEpochs = 0 }, "MaximumEpochs is 0" },
        { new() { InputNoise = -1 }, "InputNoise is -1" },
        { new() { ValidationFraction = 0.6 }, "ValidationFraction is 0.6, but it is in [0, 0.5]." },
        { new() { Patience = 0 }, "Patience is 0" },
        { new() { TrimFraction = 0.95 }, "TrimFraction is 0.95" },
        { new() { NumberOfThreads = 0 }, "NumberOfThreads is 0" },
        { new() { BaseDistribution = BaseDistribution.StudentT(0) }, "BaseDistribution.StudentT has 0 degrees of freedom" },
        { new()
        {
            BaseDistribution = BaseDistribution.NormalMixture(minimumWeight: -1),
        }, "BaseDistribution.NormalMixture has minimumWeight -1, but it is in [0, 1]." },
        { new() { BaseDistribution = BaseDistribution.NormalMixture(0) }, "BaseDistribution.NormalMixture has 0 components" },
        { new() { Preprocessing = Preprocessing.Whiten(2) }, "Preprocessing.Whiten has shrinkage 2" },
        { new() { ScoreColumnName = "PValue" }, "are not all different" },
        { new() { FeatureColumnName = "" }, "A column name is null or empty" },
    };

    private static float[][] Sine(int count, int seed)
    {
        var random = new MLNet.Flows.Numerics.RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double x2 = 6 * random.NextDouble() - 3;
            return new[] { (float)(Math.Sin(x2) + 0.1 * random.NextGaussian()), (float)x2 };
        })];
    }

    private sealed class CancelAtReport(CancellationTokenSource source, int report) : IProgress<FitProgress>
    {
        private int _reports;

        public void Report(FitProgress value)
        {
            if (++_reports == report)
                source.Cancel();
        }
    }

    private sealed class CancelAt(CancellationTokenSource source, int step) : IProgress<FitProgress>
    {
        public void Report(FitProgress value)
        {
            if (value.Step >= step)
                source.Cancel();
        }
    }
}
