using Microsoft.ML;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Estimators;

/// <summary>Bad options of the flows with conditioners say what was given and what is taken, before any row is read.</summary>
public sealed class PerceptronFlowOptionsTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void Nice_BadOptions_AreAllListed() => AssertFaults(
        () => _context.Flows.Nice(new NiceEstimator.Options { NumberOfCouplings = 0, HiddenUnits = [16, 0] }),
        "NumberOfCouplings is 0, but it is in [1, 256].",
        "HiddenUnits[1] is 0, but it is in [1, 4096].");

    [Fact]
    public void Glow_BadOptions_AreAllListed() => AssertFaults(
        () => _context.Flows.Glow(new GlowEstimator.Options
        {
            NumberOfSteps = 257,
            LogScaleBound = 0,
            HiddenUnits = new int[17],
        }),
        "NumberOfSteps is 257, but it is in [1, 256].",
        "LogScaleBound is 0, but it is in [0.01, 5].",
        "HiddenUnits has 17 layers, but it has at most 16.");

    [Fact]
    public void MaskedAutoregressive_BadOptions_AreAllListed() => AssertFaults(
        () => _context.Flows.MaskedAutoregressive(new MaskedAutoregressiveEstimator.Options
        {
            NumberOfTransforms = -1,
            LogScaleBound = double.NaN,
            Order = (ColumnOrder)7,
            HiddenUnits = null!,
        }),
        "NumberOfTransforms is -1, but it is in [1, 256].",
        "LogScaleBound is NaN, but it is in [0.01, 5].",
        "Order is 7, but it is Reversed or Random.",
        "HiddenUnits is null.");

    [Fact]
    public void NeuralSpline_BadOptions_AreAllListed() => AssertFaults(
        () => _context.Flows.NeuralSpline(new NeuralSplineEstimator.Options { NumberOfBins = 1, TailBound = 0.01 }),
        "NumberOfBins is 1, but it is in [2, 64].",
        "TailBound is 0.01, but it is in [0.1, 1000].");

    [Theory]
    [InlineData(new[] { 8, 8 }, "[8, 8]")]
    [InlineData(new[] { 8, 8, 4 }, "[8, 8, 4]")]
    [InlineData(new int[0], "[]")]
    public void ResidualBlocks_OfHiddenUnitsThatMakeNone_AreRefused(int[] hidden, string words) => AssertFaults(
        () => _context.Flows.Glow(new GlowEstimator.Options { ResidualBlocks = true, HiddenUnits = hidden }),
        $"ResidualBlocks is true, but HiddenUnits is {words}, and blocks take an odd number of layers of one width, as [64, 64, "
        + "64].");

    [Fact]
    public void Options_MoreWeightsThanMemory_AreRefusedWithoutThem() => AssertFaults(
        () => _context.Flows.NeuralSpline(new NeuralSplineEstimator.Options
        {
            NumberOfTransforms = 256,
            HiddenUnits = [4096, 4096],
        }),
        "HiddenUnits, NumberOfTransforms and NumberOfMembers make 4.3e9 weights for 1 column, but there are at most 1.0e8.");

    [Fact]
    public void Fit_SoManyColumnsThatWeightsAreTooMany_SaysSo()
    {
        IDataView data = Rows.View(_context, [.. Enumerable.Range(0, 20).Select(i => (float[])[.. Enumerable.Range(0, 6000)
            .Select(j => (float)((i * 31 + j * 17) % 101))])]);

        var fault = Assert.Throws<ArgumentException>(() => _context.Flows.Glow(numberOfSteps: 4).Fit(data));

        Assert.Contains("NumberOfSteps and NumberOfMembers make", fault.Message, StringComparison.Ordinal);
        Assert.Contains("weights for 6000 columns, but there are at most 1.0e8. Take fewer of any.", fault.Message);
    }

    [Fact]
    public void Options_ChangedAfterwards_LeaveTheEstimatorAlone()
    {
        var options = new NiceEstimator.Options
        {
            HiddenUnits = [4],
            Seed = 1,
            MaximumSteps = 20,
            CalibrationFolds = 0,
        };
        NiceEstimator estimator = _context.Flows.Nice(options);
        IDataView data = Rows.View(_context, Rows.Normal(100, 3));
        float[] before = Rows.Scores(estimator.Fit(data), data);

        options.HiddenUnits[0] = 9;

        Assert.Equal(before, Rows.Scores(estimator.Fit(data), data));
    }

    private static void AssertFaults(Func<object> create, params string[] faults)
    {
        string message = Assert.Throws<ArgumentException>(create).Message;
        Assert.All(faults, fault => Assert.Contains(fault, message, StringComparison.Ordinal));
    }
}
