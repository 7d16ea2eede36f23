using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators;

namespace MLNet.Flows;

public sealed partial class PlanarFlowEstimator
{
    /// <summary>All that can be said about a planar flow and its training. Every property has a default that works.</summary>
    public sealed class Options : FlowOptions
    {
        /// <summary>Planar layers, 0 to 4,096. Null (the default) for 16, or 8 with <see cref="FlowOptions.Contamination"/> above 0. More bend the density closer to
        /// the data and cost time in proportion.</summary>
        public int? NumberOfLayers { get; set; }

        /// <summary>Whether each layer acts on its own random half of the columns. Null (the default) for no, or yes with
        /// <see cref="FlowOptions.Contamination"/> above 0.</summary>
        public bool? MaskColumns { get; set; }

        /// <summary>Flows that are trained one after another, each from a start of its own, 1 to 100: the density is their mixture with equal shares, as exact as one
        /// flow's, and training and scoring cost as many times as much. Null (the default) for 8 where neither <see cref="FlowOptions.Contamination"/> nor
        /// <see cref="FlowOptions.BaseDistribution"/> is given, else 1. With many layers it is lower: times the square of <see cref="NumberOfLayers"/> it is at most 16,777,216. From three on, a flow loses the clusters that most others find nothing at, where the base forgets
        /// small clusters. With more than one, History is the first one's, Progress tells of each in turn, and the
        /// latent column holds the preprocessed row: there is no one map to a latent.</summary>
        public int? NumberOfMembers { get; set; }

        /// <summary>What carries out the optimizer's steps. Default <see cref="TrainingEngine.Managed"/>, the fast one.</summary>
        public TrainingEngine Engine { get; set; } = TrainingEngine.Managed;

        /// <summary>Options for a density in its own right, such as for compression, sampling or model comparison, rather than for ranking rows: a deep stack on one
        /// normal base, no noise, 200 passes in larger batches, as long as the held-out likelihood improves.</summary>
        /// <remarks>Wants some thousands of rows; docs/quality.md has a learning curve with times.</remarks>
        /// <returns>New options, to be changed further.</returns>
        public static Options ForDensityEstimation() => new()
        {
            NumberOfLayers = 128,
            MaximumEpochs = 200,
            BatchSize = 256,
            LearningRate = 5e-3,
            InputNoise = 0,
            MaskColumns = false,
            Patience = 20,
            BaseDistribution = BaseDistribution.StandardNormal,
            CalibrationFolds = 0,
        };

        /// <summary>A member's tables grow with the square of its layers, and what is trained must load again.</summary>
        internal static int MostMembers(int layers) =>
            Math.Min(PlanarStack.MaximumLayers * PlanarStack.MaximumLayers / Math.Max(layers * layers, 1), UniformMixture.MaximumMembers);

        private protected override void CheckOwn(OptionFaults faults)
        {
            faults.Range(nameof(NumberOfLayers), NumberOfLayers ?? 0, 0, PlanarStack.MaximumLayers);
            faults.Range(nameof(NumberOfMembers), NumberOfMembers ?? 1, 1, UniformMixture.MaximumMembers);

            if (NumberOfLayers is > 0 and <= PlanarStack.MaximumLayers && NumberOfMembers is int members && members > MostMembers(NumberOfLayers.Value))
                faults.Add($"NumberOfMembers is {members}, but with {NumberOfLayers} layers it is at most {MostMembers(NumberOfLayers.Value)}. Take fewer of either.");
            if (Engine is null)
                faults.Add("Engine is null. Leave it at its default or choose one.");
        }
    }
}
