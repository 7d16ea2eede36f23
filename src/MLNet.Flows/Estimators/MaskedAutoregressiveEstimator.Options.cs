using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Autoregressive;
using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Estimators;
using MLNet.Flows.Numerics;

namespace MLNet.Flows;

public sealed partial class MaskedAutoregressiveEstimator
{
    /// <summary>All options of a masked autoregressive flow and its training. Every property has a default that works.</summary>
    /// <remarks>Where they are null, <see cref="FlowOptions.MaximumSteps"/> is 300; <see cref="FlowOptions.NumberOfMembers"/> is
    /// 4 where a mixture is the default; <see cref="FlowOptions.CalibrationFolds"/> is 4. With one column
    /// there is none before it, and the map is one affine map.</remarks>
    public sealed class Options : PerceptronFlowOptions
    {
        /// <summary>Options at their defaults: a small, stiff flow, for ranks. LearningRate is 0.01, HiddenUnits one layer of
        /// 32.</summary>
        public Options()
            : base(32) => LearningRate = 1e-2;

        /// <summary>Autoregressive maps, 1 to 256. Default 2.</summary>
        public int NumberOfTransforms { get; set; } = 2;

        /// <summary>The orders of the columns in them. Default <see cref="ColumnOrder.Reversed"/>.</summary>
        public ColumnOrder Order { get; set; } = ColumnOrder.Reversed;

        /// <summary>How far from 0 the log-scales of a map may be, in [0.01, 5]. Default 0.25: a column is stretched by e^0.25 at
        /// most, so that no map draws density together around a few anomalies. Set 2 for a sharp density of smooth
        /// data.</summary>
        public double LogScaleBound { get; set; } = 0.25;

        /// <summary>Options for a density in its own right rather than for ranking rows: five maps with two hidden layers of 64
        /// units that stretch by e^2, one normal base, no noise, 200 passes in larger batches, of which the weights stay that
        /// were best on rows held out.</summary>
        /// <returns>New options, to be changed further.</returns>
        public static Options ForDensityEstimation() => ForDensity(
            new Options
            {
                NumberOfTransforms = 5,
                HiddenUnits = [64, 64],
                LogScaleBound = 2,
            });

        internal override string FlowName => "MaskedAutoregressive";

        private protected override (string Name, int Count) Depth => (nameof(NumberOfTransforms), NumberOfTransforms);

        internal override TrainableBijection[] CreateBijections(int dimension, int context, int seed)
        {
            CheckWeights(dimension, context);
            int[][] orders = ColumnOrders.Draw(
                dimension, NumberOfTransforms, new RandomStream(seed, RandomStreams.Columns), Order == ColumnOrder.Reversed);
            var map = new AffineMap((float)LogScaleBound);
            return [.. orders.SelectMany(Step)];

            IEnumerable<TrainableBijection> Step(int[] order) =>
                [new ActNorm(dimension), Autoregressive(order, map, context)];
        }

        private protected override (double Inputs, double Outputs, double Others) MapWeights(int dimension) =>
            (dimension, 2.0 * dimension, 2.0 * dimension);

        private protected override void CheckMaps(OptionFaults faults)
        {
            faults.Range(nameof(LogScaleBound), LogScaleBound, 0.01, 5);
            if (!Enum.IsDefined(Order))
                faults.Add($"Order is {Order}, but it is {string.Join(" or ", Enum.GetNames<ColumnOrder>())}.");
        }
    }
}
