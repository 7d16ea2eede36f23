using Microsoft.ML.Runtime;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators.Consensus;

/// <summary>The flows of an anomaly detector.</summary>
/// <remarks>
/// Chosen on the nine sets of docs/quality.md and half of the sets of PublicSets.R; docs/flows/consensus.md has what else
/// was tried.
/// <code>
///   not known: 4 planar mixtures and a RealNVP mixture, whose base drops small clusters, each its own: on contaminated rows
///              their mean is ahead of one mixture of them all, where one member that kept a cluster of anomalies decides.
///              Besides, 3 RealNVPs on a fine base that drops nothing: on clean rows coarse bases are behind.
///   a share:   the coarse ones, and a planar flow that leaves as many of the unlikeliest rows out as were announced.
///   clean:     mixtures of RealNVPs on the finest base.
/// </code>
/// </remarks>
internal static class DetectorRecipe
{
    private const int CoarsePlanar = 4;
    private const int Fine = 3;
    private const int FineComponents = 200;
    private const int MembersOfCoarse = 2;
    private const int MembersOfClean = 4;

    // More than alone: a fine base learns an anomaly as a cluster of its own unless noise blurs it.
    private const double FineNoise = 0.3;
    private const int FineSteps = 300;

    /// <param name="environment">ML.NET's.</param>
    /// <param name="options">Checked.</param>
    /// <param name="seed">Decides every random choice.</param>
    public static FlowEstimator[] Members(
        IHostEnvironment environment, AnomalyDetectorEstimator.Options options, int seed)
    {
        var seeds = new RandomStream(seed, RandomStreams.Members);
        return options.Contamination switch
        {
            0 => [RealNvp(new() { Contamination = 0, NumberOfMembers = MembersOfClean })],
            null => [.. Coarse(), .. Enumerable.Range(0, Fine).Select(_ => RealNvp(FineFlow()))],
            double share => [.. Coarse(), Planar(new() { Contamination = share })],
        };

        FlowEstimator[] Coarse() =>
        [
            .. Enumerable.Range(0, CoarsePlanar).Select(_ => Planar(new() { NumberOfMembers = MembersOfCoarse })),
            RealNvp(new() { NumberOfMembers = MembersOfCoarse }),
        ];

        RealNvpEstimator.Options FineFlow() => new()
        {
            Contamination = 0,
            InputNoise = FineNoise,
            MaximumSteps = FineSteps,
            BaseDistribution = BaseDistribution.FineMixture(FineComponents),
        };

        PlanarFlowEstimator Planar(PlanarFlowEstimator.Options member) => new(environment, Common(member));

        RealNvpEstimator RealNvp(RealNvpEstimator.Options member) => new(environment, Common(member));

        TOptions Common<TOptions>(TOptions member)
            where TOptions : FlowOptions
        {
            member.FeatureColumnName = options.FeatureColumnName;
            member.CategoricalColumnNames = options.CategoricalColumnNames;
            member.ContextColumnName = options.ContextColumnName;
            member.ExampleWeightColumnName = options.ExampleWeightColumnName;
            member.MaximumTrainingRows = options.MaximumTrainingRows;
            member.FalseAlarmRate = options.FalseAlarmRate ?? FlowOptions.RateOf(options.Contamination);
            member.Seed = (int)seeds.NextUInt64();
            return member;
        }
    }
}
