using Microsoft.ML;

namespace MLNet.Flows.Tests.Estimators.Consensus;

/// <summary>Members that do not fit together are refused when the consensus is made, with both sides named.</summary>
public sealed class ConsensusChecksTests
{
    private readonly FlowsCatalog _flows = new MLContext(seed: 1).Flows;

    [Fact]
    public void Consensus_WithoutMembersOrWithNull_IsRefused()
    {
        Assert.Contains("There are 0 members, but a consensus has 1 to 100.", Fault());
        Assert.Contains("Member 2 is null.", Fault(_flows.PlanarFlow(), null!));
        Assert.Contains(
            "There are 101 members", Fault([.. Enumerable.Range(0, 101).Select(_ => (FlowEstimator)_flows.PlanarFlow())]));
    }

    [Fact]
    public void Consensus_OfMembersThatReadOtherColumns_NamesBothOfEach()
    {
        string fault = Fault(
            _flows.PlanarFlow(new PlanarFlowEstimator.Options { ContextColumnName = "Hour" }),
            _flows.Nice(new NiceEstimator.Options { FeatureColumnName = "Sensors", ExampleWeightColumnName = "Weight" }));

        Assert.Contains("The options of Consensus have 3 faults", fault);
        Assert.Contains(
            "FeatureColumnName is 'Features' for member 1 (PlanarFlow) but 'Sensors' for member 2 (Nice).", fault);
        Assert.Contains("ContextColumnName is 'Hour' for member 1 (PlanarFlow) but not set for member 2 (Nice).", fault);
        Assert.Contains("ExampleWeightColumnName is not set for member 1 (PlanarFlow) but 'Weight' for member 2 (Nice).", fault);
    }

    [Fact]
    public void Consensus_OfAMemberThatNamesOutputColumns_IsRefused()
    {
        string fault = Fault(
            _flows.PlanarFlow(),
            _flows.Nice(new NiceEstimator.Options { ScoreColumnName = "NiceScore", LatentColumnName = "Z" }));

        Assert.Contains("ScoreColumnName is 'NiceScore' for member 2 (Nice), but the columns that are written are", fault);
        Assert.Contains("LatentColumnName is 'Z' for member 2 (Nice), but flows of a consensus have no latent in common.", fault);
    }

    [Fact]
    public void Consensus_OfMembersWithOtherAlarmRates_MustStateItsOwn()
    {
        FlowEstimator[] members = [_flows.PlanarFlow(contamination: 0.1), _flows.Nice(contamination: 0)];

        Assert.Contains(
            "FalseAlarmRate is not set, but member 1 (PlanarFlow) would alarm at 0.1 and member 2 (Nice) at 0.01.",
            Fault(members));
        _flows.Consensus(new ConsensusEstimator.Options { FalseAlarmRate = 0.02 }, members);
    }

    [Fact]
    public void Consensus_OptionsOutOfRange_AreListedTogether()
    {
        var options = new ConsensusEstimator.Options
        {
            FalseAlarmRate = 2,
            NumberOfThreads = 0,
            PValueColumnName = "Features",
        };

        string fault = Assert.Throws<ArgumentException>(() => _flows.Consensus(options, _flows.PlanarFlow())).Message;

        Assert.Contains("have 3 faults", fault);
        Assert.Contains("FalseAlarmRate is 2", fault);
        Assert.Contains("NumberOfThreads is 0", fault);
        Assert.Contains("are not all different", fault);
        options.PValueColumnName = "";
        Assert.Contains(
            "A column name is null or empty.",
            Assert.Throws<ArgumentException>(() => _flows.Consensus(options, _flows.PlanarFlow())).Message);
    }

    // Each can be trained; a file of both would take more memory than the reader allows.
    [Fact]
    public void Consensus_OfStacksTooDeepToLoadAgain_IsRefused() => Assert.Contains(
        "Members have more planar layers than a saved model may hold",
        Fault([.. Enumerable.Range(0, 2).Select(_ => _flows.PlanarFlow(numberOfLayers: 3000, contamination: 0))]));

    private string Fault(params FlowEstimator[] members) =>
        Assert.Throws<ArgumentException>(() => _flows.Consensus(members)).Message;
}
