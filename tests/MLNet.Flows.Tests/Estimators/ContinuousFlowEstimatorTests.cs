using Microsoft.ML;
using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Estimators;

/// <summary>A continuous flow as people train it: it learns, it leaves anomalies out, and its density is as exact as its solver
/// promises.</summary>
public sealed class ContinuousFlowEstimatorTests
{
    private const int R = RowBlock.Rows;
    private readonly MLContext _context = new(1);

    [Fact]
    public void Create_BadOptions_AreAllListed()
    {
        string message = Assert.Throws<ArgumentException>(() => _context.Flows.ContinuousFlow(
            new ContinuousFlowEstimator.Options { NumberOfSteps = 0, HiddenUnits = [16, 0] })).Message;
        Assert.Contains("NumberOfSteps is 0, but it is in [1, 1000].", message);
        Assert.Contains("HiddenUnits[1] is 0, but it is in [1, 4096].", message);

        foreach (int[] hidden in (int[][])[[], [8, 8, 8]])
        {
            message = Assert.Throws<ArgumentException>(() => _context.Flows.ContinuousFlow(
                new ContinuousFlowEstimator.Options { HiddenUnits = hidden })).Message;
            Assert.Contains($"HiddenUnits has {hidden.Length} layers, but it has one or two.", message);
        }

        message = Assert.Throws<ArgumentException>(() => _context.Flows.ContinuousFlow(
            new ContinuousFlowEstimator.Options { HiddenUnits = [4096, 4096], NumberOfMembers = 10 })).Message;
        Assert.Contains("HiddenUnits and NumberOfMembers make 1.7e8 weights for 1 column, but there are at most 1.0e8.", message);
    }

    [Fact]
    public void Fit_OptionsChangedAfterwards_HaveNoEffect()
    {
        var options = new ContinuousFlowEstimator.Options
        {
            Seed = 1,
            MaximumSteps = 20,
            HiddenUnits = [8],
            NumberOfMembers = 1,
        };
        ContinuousFlowEstimator estimator = _context.Flows.ContinuousFlow(options);
        options.HiddenUnits[0] = 16;

        ContinuousMap map = Map(estimator.Fit(Rows.View(_context, Moons(100, 1))));

        Assert.Equal(8, map.Field.Input.Outputs);
    }

    // The entropies: two half circles of length pi blurred by 0.1 (but for their ends), and 2 by 0.2 with a determinant of 1.
    [Theory]
    [InlineData("moons", 0.954, 0.35)]
    [InlineData("sine", 1.922, 0.7)]
    public void Fit_BentData_ComesNearTheTruthAndFarBelowANormal(string data, double entropy, double within)
    {
        Func<int, int, float[][]> draw = data == "moons" ? Moons : Sine;
        float[][] train = draw(2000, 1), test = draw(2000, 2);

        double nats = Rows.Scores(Density(train), Rows.View(_context, test)).Average();

        double normal = NatsOfANormal(test);
        Assert.True(
            nats < entropy + within && nats < normal - 0.6, $"{nats} nats, entropy {entropy}, as one normal {normal}");
    }

    // At the default steps, of a field as it is trained.
    [Fact]
    public void LogLikelihood_TrainedIn2DAtDefaultSteps_IntegratesToOneAndRoundTrips()
    {
        ContinuousFlowTransformer model = Density(Moons(2000, 1));

        Assert.Equal(1, Integral(model), 1e-3);
        (double roundTrip, double logDet) = Errors(Map(model), steps: 20);
        (double atHalf, double logDetAtHalf) = Errors(Map(model), steps: 10);
        Assert.True(roundTrip < 1e-3, $"{roundTrip}");
        Assert.True(logDet < 0.01, $"log-determinants are off by {logDet} nats on average");
        Assert.True(atHalf > roundTrip && logDetAtHalf > logDet && logDetAtHalf < 0.1, $"{atHalf}, {logDetAtHalf}");
    }

    // Two tight clusters far apart: between them the field is as steep as it gets.
    [Fact]
    public void LogLikelihood_OfTightClustersAtDefaultSteps_IntegratesToOne()
    {
        var random = new RandomStream(11);
        float[][] rows = [.. Enumerable.Range(0, 2000).Select(i => (float[])
            [(float)(6 * (i % 2) - 3 + 0.1 * random.NextGaussian()), (float)(0.1 * random.NextGaussian())])];

        Assert.Equal(1, Integral(Density(rows)), 1e-3);
    }

    [Fact]
    public void Fit_ContaminatedRows_LeavesThemOut()
    {
        var random = new RandomStream(8);
        float[][] anomalies =
            [.. Enumerable.Range(0, 100).Select(_ => (float[])[Near(3, random), Near(3, random)])];
        IDataView data = Rows.View(_context, [.. Moons(1900, 1), .. anomalies]);
        double Density(double contamination, double? trim)
        {
            ContinuousFlowTransformer model = _context.Flows.ContinuousFlow(new ContinuousFlowEstimator.Options
            {
                Seed = 1,
                Contamination = contamination,
                TrimFraction = trim,
                MaximumSteps = 400,
                CalibrationFolds = 0,
                BaseDistribution = BaseDistribution.StandardNormal,
            }).Fit(data);
            return Rows.Scores(model, Rows.View(_context, anomalies)).Average();
        }

        static float Near(double x, RandomStream random) => (float)(x + 0.1 * random.NextGaussian());

        double trimmed = Density(0.05, null), untrimmed = Density(0.05, 0);

        Assert.True(trimmed > untrimmed + 4, $"anomalies score {trimmed}, untrimmed {untrimmed}");
    }

    private ContinuousFlowTransformer Density(float[][] rows)
    {
        ContinuousFlowEstimator.Options options = ContinuousFlowEstimator.Options.ForDensityEstimation();
        (options.Seed, options.NumberOfThreads) = (1, 1);
        return _context.Flows.ContinuousFlow(options).Fit(Rows.View(_context, rows));
    }

    private static ContinuousMap Map(ContinuousFlowTransformer model) =>
        model.Model.Density.Flow.Chain.Bijections.OfType<ContinuousMap>().Single();

    // Of normal points: the largest distance after a round trip, and the mean one of log-determinants from those of 256 steps.
    private static (double RoundTrip, double LogDet) Errors(ContinuousMap trained, int steps)
    {
        var random = new RandomStream(4);
        ContinuousMap map = new(trained.Field, steps), exact = new(trained.Field, 256);
        RowBlock block = new(2, map.ScratchColumns) { Count = R }, reference = new(2, map.ScratchColumns) { Count = R };
        (double roundTrip, double logDet) = (0, 0);
        const int Blocks = 10;
        for (int n = 0; n < Blocks; n++)
        {
            var x = new float[2 * R];
            foreach (ref float value in x.AsSpan())
                value = (float)random.NextGaussian();
            x.CopyTo(block.Values.Span);
            x.CopyTo(reference.Values.Span);
            block.LogDet.Clear();
            reference.LogDet.Clear();
            map.Forward(block);
            exact.Forward(reference);
            var back = new DoubleBlock(2);
            for (int i = 0; i < x.Length; i++)
                back.Values[i] = block.Values[i];
            map.Inverse(back);
            roundTrip = Math.Max(roundTrip, x.Select((value, i) => Math.Abs(value - back.Values[i])).Max());
            for (int r = 0; r < R; r++)
                logDet += Math.Abs(block.LogDet[r] - reference.LogDet[r]) / (Blocks * R);
        }

        return (roundTrip, logDet);
    }

    private static double Integral(ContinuousFlowTransformer model)
    {
        const double Half = 5, Step = 0.02;
        const int Side = (int)(2 * Half / Step);
        var points = new float[2 * Side];
        var logLikelihoods = new float[Side];
        double sum = 0;
        for (int i = 0; i < Side; i++)
        {
            for (int j = 0; j < Side; j++)
                (points[2 * j], points[2 * j + 1]) = ((float)(-Half + (i + 0.5) * Step), (float)(-Half + (j + 0.5) * Step));
            model.LogLikelihood(points, logLikelihoods);
            sum += logLikelihoods.Sum(value => Math.Exp(value)) * Step * Step;
        }

        return sum;
    }

    private static double NatsOfANormal(float[][] rows)
    {
        double[] mean = [rows.Average(row => row[0]), rows.Average(row => row[1])];
        double Covariance(int i, int j) => rows.Average(row => (row[i] - mean[i]) * (row[j] - mean[j]));
        double determinant = Covariance(0, 0) * Covariance(1, 1) - Math.Pow(Covariance(0, 1), 2);
        return 1 + Math.Log(2 * Math.PI) + 0.5 * Math.Log(determinant);
    }

    private static float[][] Moons(int count, int seed)
    {
        var random = new RandomStream(seed, 9);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            bool upper = random.NextInt32(2) == 0;
            double angle = Math.PI * random.NextDouble(), x = Math.Cos(angle), y = Math.Sin(angle);
            return new[]
            {
                (float)((upper ? x : 1 - x) + 0.1 * random.NextGaussian()),
                (float)((upper ? y : 0.5 - y) + 0.1 * random.NextGaussian()),
            };
        })];
    }

    private static float[][] Sine(int count, int seed)
    {
        var random = new RandomStream(seed, 9);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double x = 2 * random.NextGaussian();
            return new[] { (float)x, (float)(Math.Sin(x) + 0.2 * random.NextGaussian()) };
        })];
    }
}
