using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators;

namespace MLNet.Flows;

public sealed partial class PlanarFlowEstimator
{
    /// <summary>All options of a planar flow and its training. Every property has a default that works.</summary>
    /// <remarks>Where they are null, <see cref="FlowOptions.MaximumSteps"/> is 700, or 500 with
    /// <see cref="FlowOptions.Contamination"/> 0 and 600 with it above 0; <see cref="FlowOptions.NumberOfMembers"/> is 8 where a
    /// mixture is the default; <see cref="FlowOptions.CalibrationFolds"/> is 8, or 4 for a mixture.</remarks>
    public sealed class Options : FlowOptions
    {
        private const int DefaultLayers = 16;
        private const int DefaultLayersOfContaminated = 8;

        /// <summary>Planar layers, 0 to 4,096. Null (the default) for 16, or 8 with <see cref="FlowOptions.Contamination"/> above
        /// 0. More bend the density closer to the data and cost time in proportion. <see cref="FlowOptions.NumberOfMembers"/>
        /// times its square is at most 16,777,216.</summary>
        public int? NumberOfLayers { get; set; }

        /// <summary>Whether each layer acts on its own random half of the columns. Null (the default) for no, or yes with
        /// <see cref="FlowOptions.Contamination"/> above 0.</summary>
        public bool? MaskColumns { get; set; }

        /// <summary>Options for a density in its own right, such as for compression, sampling or model comparison, rather than
        /// for ranking rows: a deep stack on one normal base, no noise, 200 passes in larger batches, of which the weights stay
        /// that were best on rows held out.</summary>
        /// <remarks>Needs some thousands of rows; docs/density.md compares it with the other flows at equal time.</remarks>
        /// <returns>New options, to be changed further.</returns>
        public static Options ForDensityEstimation() => new()
        {
            NumberOfLayers = 128,
            MaximumEpochs = 200,
            BatchSize = 256,
            LearningRate = 5e-3,
            InputNoise = 0,
            MaskColumns = false,
            Patience = 1000,
            BaseDistribution = BaseDistribution.NormalOrMixed,
            CalibrationFolds = 0,
        };

        internal override string FlowName => "PlanarFlow";

        internal override FlowDefaults Defaults => new(
            MaximumSteps: Contamination switch { null => 700, 0 => 500, _ => 600 }, Members: 8, CalibrationFolds: 8,
            CalibrationFoldsOfMembers: 4);

        // A member's tables grow with the square of its layers, and what is trained must load again.
        internal override int MaximumMembers =>
            Math.Min(PlanarStack.MaximumLayers * PlanarStack.MaximumLayers / Math.Max(Layers * Layers, 1), base.MaximumMembers);

        internal override double ShareOfTables =>
            (double)Layers * Layers / ((double)PlanarStack.MaximumLayers * PlanarStack.MaximumLayers)
            * Recipe.Of(this, dimension: 1).Members;

        private int Layers => NumberOfLayers ?? (Contamination is > 0 ? DefaultLayersOfContaminated : DefaultLayers);

        internal override TrainableBijection[] CreateBijections(int dimension, int context, int seed) =>
            [new TrainablePlanarStack(dimension, Layers, MaskColumns ?? Contamination is > 0)];

        private protected override void CheckOwn(OptionFaults faults)
        {
            faults.Range(nameof(NumberOfLayers), NumberOfLayers ?? 0, 0, PlanarStack.MaximumLayers);
            bool both = NumberOfLayers is > 0 and <= PlanarStack.MaximumLayers
                && NumberOfMembers is > 0 and <= UniformMixture.MaximumMembers;
            if (both && NumberOfMembers > MaximumMembers)
                faults.Add(
                    $"NumberOfMembers is {NumberOfMembers}, but with {NumberOfLayers} layers it is at most {MaximumMembers}. "
                    + "Take fewer of either.");
        }
    }
}
