using System.Globalization;
using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators;
using MLNet.Flows.Training;

namespace MLNet.Flows;

public sealed partial class ContinuousFlowEstimator
{
    /// <summary>All options of a continuous flow and its training. Every property has a default that works.</summary>
    /// <remarks>Where they are null, <see cref="FlowOptions.MaximumSteps"/> is 300; <see cref="FlowOptions.NumberOfMembers"/> is
    /// 4 where a mixture is the default; <see cref="FlowOptions.CalibrationFolds"/> is 4. Trimming ranks rows
    /// by a likelihood that is at most 100 steps old.</remarks>
    public sealed class Options : FlowOptions
    {
        private const int MaximumHiddenUnits = 4096;

        // 400 MB as Single, and several times that in training.
        private const double MaximumWeights = 1e8;

        /// <summary>Options at their defaults: a small, stiff field, for ranks. LearningRate is 0.003.</summary>
        public Options() => LearningRate = 3e-3;

        /// <summary>Units of each hidden layer of the velocity field, one or two layers of 1 to 4,096 units. Default one layer
        /// of 16: more learn a few anomalies as readily as the rest. Copied with the options.</summary>
        public int[] HiddenUnits { get; set; } = [16];

        /// <summary>Steps of the solver from data to base and back, 1 to 1,000. Default 20. Scoring costs 4 passes of the field
        /// per step; half the steps make the error of a log-likelihood 4 to 22 times as large
        /// (docs/flows/continuous.md).</summary>
        public int NumberOfSteps { get; set; } = 20;

        /// <summary>Whether training pairs the rows of each 64 with as many points of the base so that they lie close (minibatch
        /// optimal transport). Default true: paths are then nearly straight, which few steps of the solver follow well. A block
        /// takes some 60 to 150 microseconds for it, about as much as for the rest of a training step.</summary>
        public bool OptimalTransportPairing { get; set; } = true;

        /// <summary>Options for a density in its own right rather than for ranking rows: two hidden layers of 64 units, one
        /// normal base, no noise, 200 passes in larger batches, as long as the held-out likelihood improves, no
        /// calibration.</summary>
        /// <returns>New options, to be changed further.</returns>
        public static Options ForDensityEstimation() => new()
        {
            HiddenUnits = [64, 64],
            LearningRate = 1e-2,
            MaximumEpochs = 200,
            BatchSize = 256,
            Patience = 20,
            InputNoise = 0,
            CalibrationFolds = 0,
            BaseDistribution = BaseDistribution.NormalOrMixed,
        };

        internal override string FlowName => "ContinuousFlow";

        internal override FlowDefaults Defaults =>
            new(MaximumSteps: 300, Members: 4, CalibrationFolds: 4, CalibrationFoldsOfMembers: 4);

        internal override FlowOptions Clone()
        {
            var copy = (Options)base.Clone();
            copy.HiddenUnits = [.. HiddenUnits];
            return copy;
        }

        internal override TrainableBijection[] CreateBijections(int dimension, int context, int seed)
        {
            if (Weights(dimension, context) > MaximumWeights)
                throw new ArgumentException(TooManyWeights(dimension, context));
            return [new TrainableContinuousMap(dimension, HiddenUnits, NumberOfSteps, context)];
        }

        internal override TrainingObjective CreateObjective(TrainableTransformed flow) =>
            new FlowMatching(flow, OptimalTransportPairing);

        private protected override void CheckOwn(OptionFaults faults)
        {
            faults.Range(nameof(NumberOfSteps), NumberOfSteps, 1, ContinuousMap.MaximumSteps);
            if (HiddenUnits is null)
                faults.Add("HiddenUnits is null. Leave it at its default or give the units of each hidden layer.");
            else if (HiddenUnits.Length is 0 or > 2)
                faults.Add($"HiddenUnits has {HiddenUnits.Length} layers, but it has one or two.");
            else
                faults.Units(nameof(HiddenUnits), HiddenUnits, MaximumHiddenUnits);
            if (HiddenUnits?.Length is 1 or 2 && Weights(dimension: 1) > MaximumWeights)
                faults.Add(TooManyWeights(dimension: 1));
        }

        private double Weights(int dimension, int context = 0)
        {
            double[] widths =
                [dimension + TimeFeatures.Count + context, .. HiddenUnits.Select(units => (double)units), dimension];
            return widths.Zip(widths.Skip(1), (from, to) => (from + 1) * to).Sum() * (NumberOfMembers ?? 1);
        }

        private string TooManyWeights(int dimension, int context = 0) => string.Create(
            CultureInfo.InvariantCulture,
            $"HiddenUnits and NumberOfMembers make {Weights(dimension, context):0.0e0} weights for {dimension} column"
            + $"{(dimension > 1 ? "s" : "")}, but there are at most {MaximumWeights:0.0e0}. Take fewer of either.");
    }
}
