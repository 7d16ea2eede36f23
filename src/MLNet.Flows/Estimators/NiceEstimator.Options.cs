using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Estimators;
using MLNet.Flows.Numerics;

namespace MLNet.Flows;

public sealed partial class NiceEstimator
{
    /// <summary>All options of a NICE and its training. Every property has a default that works.</summary>
    /// <remarks>Where they are null, <see cref="FlowOptions.MaximumSteps"/> is 300, or 1,000 with
    /// <see cref="FlowOptions.Contamination"/>; <see cref="FlowOptions.NumberOfMembers"/> is 4 where a mixture is the default;
    /// <see cref="FlowOptions.CalibrationFolds"/> is 4. With one column a coupling has none to see, and only
    /// shifts it.</remarks>
    public sealed class Options : PerceptronFlowOptions
    {
        /// <summary>Options at their defaults. LearningRate is 0.001, WeightDecay 0.0001, HiddenUnits two layers of
        /// 64.</summary>
        public Options()
            : base(64, 64) => (LearningRate, WeightDecay) = (1e-3, 1e-4);

        /// <summary>Additive couplings, 1 to 256. Default 4, which change every column twice.</summary>
        public int NumberOfCouplings { get; set; } = 4;

        /// <summary>Whether a location and a scale of every column are learned behind the couplings, as in the paper. Default
        /// false: on a base that is trained itself, a flow that keeps volumes ranks rows better.</summary>
        public bool LearnScale { get; set; }

        /// <summary>Options for a density in its own right rather than for ranking rows: six couplings, a scale, one normal base,
        /// no noise, 200 passes in larger batches, of which the weights stay that were best on rows held out.</summary>
        /// <returns>New options, to be changed further.</returns>
        public static Options ForDensityEstimation() => ForDensity(
            new Options
            {
                NumberOfCouplings = 6,
                LearnScale = true,
            });

        internal override string FlowName => "Nice";

        internal override FlowDefaults Defaults => new(
            MaximumSteps: Contamination is null ? 300 : 1000, Members: 4, CalibrationFolds: 4, CalibrationFoldsOfMembers: 4);

        private protected override (string Name, int Count) Depth => (nameof(NumberOfCouplings), NumberOfCouplings);

        internal override TrainableBijection[] CreateBijections(int dimension, int context, int seed)
        {
            CheckWeights(dimension, context);
            ColumnMask[] masks = ColumnMask.Alternating(
                dimension, NumberOfCouplings, new RandomStream(seed, RandomStreams.Columns));
            IEnumerable<TrainableBijection> couplings =
                masks.Select(mask => Coupling(mask, default(AdditiveMap), context));
            return LearnScale ? [.. couplings, new ActNorm(dimension)] : [.. couplings];
        }

        private protected override (double Inputs, double Outputs, double Others) MapWeights(int dimension) =>
            (dimension / 2, (dimension + 1) / 2, 0);

        private protected override void CheckMaps(OptionFaults faults)
        {
        }
    }
}
