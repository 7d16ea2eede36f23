namespace MLNet.Flows.Estimators;

public sealed partial class PlanarFlowEstimator
{
    /// <summary>All that can be said about a planar flow and its training. Every property has a default that works.</summary>
    public sealed class Options : FlowOptions
    {
        /// <summary>Planar layers, 0 to 4,096. Null (the default) for 16, or 8 with <see cref="FlowOptions.Contamination"/> above 0. More bend the density closer to
        /// the data and cost time in proportion.</summary>
        public int? NumberOfLayers { get; set; }

        /// <summary>Whether each layer acts on its own random half of the columns. Null (the default) for yes, or no with
        /// <see cref="FlowOptions.Contamination"/> 0.</summary>
        public bool? MaskColumns { get; set; }

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

        private protected override void CheckOwn(OptionFaults faults)
        {
            faults.Range(nameof(NumberOfLayers), NumberOfLayers ?? 0, 0, 4096);
            if (Engine is null)
                faults.Add("Engine is null. Leave it at its default or choose one.");
        }
    }
}
