using MLNet.Flows.Estimators;

namespace MLNet.Flows;

public sealed partial class RealNvpEstimator
{
    /// <summary>All that can be said about a RealNVP and its training. Every property has a default that works.</summary>
    public sealed class Options : FlowOptions
    {
        /// <summary>Options at their defaults: a small, stiff flow, for ranks. LearningRate is 0.01 and MaximumSteps 300.</summary>
        public Options() => LearningRate = 1e-2;

        /// <summary>Affine couplings, 1 to 256. Default 2, which change every column once.</summary>
        public int NumberOfCouplings { get; set; } = 2;

        /// <summary>Units in each hidden layer of a conditioner, 1 to 4,096. Default 16.</summary>
        public int HiddenUnits { get; set; } = 16;

        /// <summary>Hidden layers of a conditioner, 1 to 16. Default 1.</summary>
        public int NumberOfHiddenLayers { get; set; } = 1;

        /// <summary>How far from 0 the log-scales of a coupling may be, in [0.01, 5]. Default 0.25: a column is stretched by e^0.25 at most, so that no coupling
        /// draws density together around a few anomalies. A sharp density of smooth data wants 2.</summary>
        public double LogScaleBound { get; set; } = 0.25;

        /// <summary>Where training runs: "cpu" (the default), "cuda", "cuda:0" and so on, or "mps". Scoring is managed code on the CPU.</summary>
        public string Device { get; set; } = "cpu";

        /// <summary>Options for a density in its own right rather than for ranking rows: six couplings with two hidden layers of 64 units that stretch by e^2, one
        /// normal base, no noise, 200 passes in larger batches, as long as the held-out likelihood improves.</summary>
        /// <remarks>Wants some thousands of rows; docs/quality.md compares it with planar layers.</remarks>
        /// <returns>New options, to be changed further.</returns>
        public static Options ForDensityEstimation() => new()
        {
            NumberOfCouplings = 6,
            HiddenUnits = 64,
            NumberOfHiddenLayers = 2,
            LogScaleBound = 2,
            LearningRate = 1e-3,
            MaximumEpochs = 200,
            BatchSize = 256,
            InputNoise = 0,
            Patience = 20,
            BaseDistribution = BaseDistribution.StandardNormal,
            CalibrationFolds = 0,
        };

        private protected override void CheckOwn(OptionFaults faults)
        {
            faults.Range(nameof(NumberOfCouplings), NumberOfCouplings, 1, 256);
            faults.Range(nameof(HiddenUnits), HiddenUnits, 1, 4096);
            faults.Range(nameof(NumberOfHiddenLayers), NumberOfHiddenLayers, 1, 16);
            faults.Range(nameof(LogScaleBound), LogScaleBound, 0.01, 5);
            if (Device is null || TorchSharp.Native.Device.Parse(Device) is null)
                faults.Add(TorchSharp.Native.Device.Fault(Device));
        }
    }
}
