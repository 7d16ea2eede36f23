using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Estimators;
using MLNet.Flows.Numerics;

namespace MLNet.Flows;

public sealed partial class GlowEstimator
{
    /// <summary>All options of a Glow and its training. Every property has a default that works.</summary>
    /// <remarks>Where they are null, <see cref="FlowOptions.MaximumSteps"/> is 300; <see cref="FlowOptions.NumberOfMembers"/> is
    /// 4 where a mixture is the default; <see cref="FlowOptions.CalibrationFolds"/> is 4. With one column a
    /// coupling has none to see, and is one affine map.</remarks>
    public sealed class Options : PerceptronFlowOptions
    {
        /// <summary>Options at their defaults: a small, stiff flow, for ranks. LearningRate is 0.01, HiddenUnits one layer of
        /// 16.</summary>
        public Options()
            : base(16) => LearningRate = 1e-2;

        /// <summary>Steps of actnorm, linear map and affine coupling, 1 to 256. Default 2.</summary>
        public int NumberOfSteps { get; set; } = 2;

        /// <summary>How far from 0 the log-scales of a coupling may be, in [0.01, 5]. Default 0.25: a column is stretched by
        /// e^0.25 at most, so that no coupling draws density together around a few anomalies. Set 2 for a sharp density of smooth
        /// data.</summary>
        public double LogScaleBound { get; set; } = 0.25;

        /// <summary>Options for a density in its own right rather than for ranking rows: six steps with two hidden layers of 64
        /// units that stretch by e^2, one normal base, no noise, 200 passes in larger batches, of which the weights stay that
        /// were best on rows held out.</summary>
        /// <returns>New options, to be changed further.</returns>
        public static Options ForDensityEstimation() => ForDensity(
            new Options
            {
                NumberOfSteps = 6,
                HiddenUnits = [64, 64],
                LogScaleBound = 2,
            });

        internal override string FlowName => "Glow";

        private protected override (string Name, int Count) Depth => (nameof(NumberOfSteps), NumberOfSteps);

        internal override TrainableBijection[] CreateBijections(int dimension, int context, int seed)
        {
            CheckWeights(dimension, context);
            var random = new RandomStream(seed, RandomStreams.Columns);
            ColumnMask[] masks = ColumnMask.Alternating(dimension, NumberOfSteps, random);
            var map = new AffineMap((float)LogScaleBound);
            return [.. masks.SelectMany(Step)];

            IEnumerable<TrainableBijection> Step(ColumnMask mask) =>
            [
                new ActNorm(dimension),
                new TrainableLinear(dimension),
                Coupling(mask, map, context),
            ];
        }

        private protected override (double Inputs, double Outputs, double Others) MapWeights(int dimension) =>
            (dimension / 2, 2 * ((dimension + 1) / 2), (dimension + 3.0) * dimension);

        private protected override void CheckMaps(OptionFaults faults) =>
            faults.Range(nameof(LogScaleBound), LogScaleBound, 0.01, 5);
    }
}
