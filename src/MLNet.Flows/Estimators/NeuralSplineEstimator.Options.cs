using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Autoregressive;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Estimators;
using MLNet.Flows.Numerics;

namespace MLNet.Flows;

public sealed partial class NeuralSplineEstimator
{
    /// <summary>All options of a neural spline flow and its training. Every property has a default that works.</summary>
    /// <remarks>Where they are null, <see cref="FlowOptions.MaximumSteps"/> is 300; <see cref="FlowOptions.NumberOfMembers"/> is
    /// 4 where a mixture is the default; <see cref="FlowOptions.CalibrationFolds"/> is 4. With one column
    /// there is none to see, and each map is one spline.</remarks>
    public sealed class Options : PerceptronFlowOptions
    {
        /// <summary>Options at their defaults: a small flow, for ranks. LearningRate is 0.01, HiddenUnits one layer of
        /// 16.</summary>
        public Options()
            : base(16) => LearningRate = 1e-2;

        /// <summary>Splines in a row, each behind a linear map, 1 to 256. Default 2.</summary>
        public int NumberOfTransforms { get; set; } = 2;

        /// <summary>Bins of a spline, 2 to 64. Default 8.</summary>
        public int NumberOfBins { get; set; } = 8;

        /// <summary>A spline bends the line between minus this and this, in standard deviations, and leaves it alone outside, in
        /// [0.1, 1000]. Default 5.</summary>
        public double TailBound { get; set; } = 5;

        /// <summary>Whether the splines are autoregressive, each column's by those before it in a random order, instead of
        /// couplings, half of the columns' by the other half. Default false. Where true, sampling takes as many passes as there
        /// are columns.</summary>
        public bool Autoregressive { get; set; }

        /// <summary>Options for a density in its own right rather than for ranking rows: six splines of 4 bins with two hidden
        /// layers of 64 units, weight decay, one normal base, no noise, 200 passes in larger batches, of which the weights stay
        /// that were best on rows held out.</summary>
        /// <returns>New options, to be changed further.</returns>
        public static Options ForDensityEstimation() => ForDensity(
            new Options
            {
                NumberOfTransforms = 6,
                NumberOfBins = 4,
                HiddenUnits = [64, 64],
            });

        internal override string FlowName => "NeuralSpline";

        private protected override (string Name, int Count) Depth => (nameof(NumberOfTransforms), NumberOfTransforms);

        internal override TrainableBijection[] CreateBijections(int dimension, int context, int seed)
        {
            CheckWeights(dimension, context);
            var random = new RandomStream(seed, RandomStreams.Columns);
            var map = new SplineMap(NumberOfBins, (float)TailBound);
            IEnumerable<TrainableBijection> splines = Autoregressive
                ? ColumnOrders.Draw(dimension, NumberOfTransforms, random, reversed: false)
                    .Select(order => Autoregressive(order, map, context))
                : ColumnMask.Alternating(dimension, NumberOfTransforms, random)
                    .Select(mask => Coupling(mask, map, context));
            return [.. splines.SelectMany(
                spline => (TrainableBijection[])[new TrainableLinear(dimension), spline])];
        }

        private protected override (double Inputs, double Outputs, double Others) MapWeights(int dimension)
        {
            double active = Autoregressive ? dimension : (dimension + 1) / 2;
            return (Autoregressive ? dimension : dimension / 2, (3.0 * NumberOfBins - 1) * active, (dimension + 1.0) * dimension);
        }

        private protected override void CheckMaps(OptionFaults faults)
        {
            faults.Range(nameof(NumberOfBins), NumberOfBins, 2, 64);
            faults.Range(nameof(TailBound), TailBound, 0.1, 1000);
        }
    }
}
