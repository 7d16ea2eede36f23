using Microsoft.ML.Runtime;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators.Consensus;

/// <summary>The flows of an anomaly detector.</summary>
internal static class DetectorRecipe
{
    /// <param name="environment">ML.NET's.</param>
    /// <param name="options">Checked.</param>
    /// <param name="seed">Decides every random choice.</param>
    public static FlowEstimator[] Members(
        IHostEnvironment environment, AnomalyDetectorEstimator.Options options, int seed)
    {
        var seeds = new RandomStream(seed, RandomStreams.Members);
        return
        [
            new PlanarFlowEstimator(environment, Common(new PlanarFlowEstimator.Options())),
            new NiceEstimator(environment, Common(new NiceEstimator.Options())),
        ];

        TOptions Common<TOptions>(TOptions member)
            where TOptions : FlowOptions
        {
            member.FeatureColumnName = options.FeatureColumnName;
            member.CategoricalColumnNames = options.CategoricalColumnNames;
            member.ContextColumnName = options.ContextColumnName;
            member.ExampleWeightColumnName = options.ExampleWeightColumnName;
            member.Contamination = options.Contamination;
            member.Seed = (int)seeds.NextUInt64();
            return member;
        }
    }
}
