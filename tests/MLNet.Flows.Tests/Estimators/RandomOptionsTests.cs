using CsCheck;
using Microsoft.ML;

namespace MLNet.Flows.Tests.Estimators;

/// <summary>Whatever options are out of range, all of them are named, and no other.</summary>
public sealed class RandomOptionsTests
{
    private static readonly (string Name, Action<PlanarFlowEstimator.Options, bool> Set)[] Choices =
    [
        ("Contamination", (o, bad) => o.Contamination = bad ? 0.6 : 0.2),
        ("MaximumSteps", (o, bad) => o.MaximumSteps = bad ? 0 : 10),
        ("MaximumEpochs", (o, bad) => o.MaximumEpochs = bad ? -3 : 10),
        ("BatchSize", (o, bad) => o.BatchSize = bad ? 0 : 64),
        ("LearningRate", (o, bad) => o.LearningRate = bad ? double.NaN : 0.01),
        ("InputNoise", (o, bad) => o.InputNoise = bad ? -1 : 0.1),
        ("ValidationFraction", (o, bad) => o.ValidationFraction = bad ? 0.51 : 0.3),
        ("Patience", (o, bad) => o.Patience = bad ? 0 : 2),
        ("TrimFraction", (o, bad) => o.TrimFraction = bad ? double.PositiveInfinity : 0.1),
        ("FalseAlarmRate", (o, bad) => o.FalseAlarmRate = bad ? 1.01 : 0.5),
        ("CalibrationFolds", (o, bad) => o.CalibrationFolds = bad ? 1 : 4),
        ("NumberOfThreads", (o, bad) => o.NumberOfThreads = bad ? 0 : 2),
        ("NumberOfLayers", (o, bad) => o.NumberOfLayers = bad ? 4097 : 3),
        ("NumberOfMembers", (o, bad) => o.NumberOfMembers = bad ? 101 : 2),
    ];

    [Fact]
    public void PlanarFlow_AnyOptionsOutOfRange_AreNamedAndNoOthers() => Gen.Int[0, 2].Array[Choices.Length].Sample(states =>
    {
        var options = new PlanarFlowEstimator.Options();
        for (int i = 0; i < states.Length; i++)
        {
            if (states[i] > 0)
                Choices[i].Set(options, states[i] == 2);
        }

        string[] bad = [.. Choices.Where((_, i) => states[i] == 2).Select(choice => choice.Name)];
        string message = bad.Length == 0
            ? ""
            : Assert.Throws<ArgumentException>(() => new MLContext(1).Flows.PlanarFlow(options)).Message;
        if (bad.Length == 0)
            Assert.NotNull(new MLContext(1).Flows.PlanarFlow(options));
        Assert.All(
            Choices,
            choice => Assert.Equal(bad.Contains(choice.Name), message.Contains($"{choice.Name} is ", StringComparison.Ordinal)));
    }, iter: 200);
}
