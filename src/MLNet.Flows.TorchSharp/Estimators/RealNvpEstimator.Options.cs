using MLNet.Flows.Estimators;

namespace MLNet.Flows.TorchSharp.Estimators;

public sealed partial class RealNvpEstimator
{
    /// <summary>All that can be said about a RealNVP and its training. Every property has a default that works.</summary>
    public sealed class Options : FlowOptions
    {
        /// <summary>Options at their defaults. LearningRate, 0.001, is lower than a planar flow's: deep stacks of couplings do not bear more.</summary>
        public Options() => LearningRate = 1e-3;

        /// <summary>Affine couplings, 1 to 256. Default 6. Two change every column once.</summary>
        public int NumberOfCouplings { get; set; } = 6;

        /// <summary>Units in each hidden layer of a conditioner, 1 to 4,096. Default 64.</summary>
        public int HiddenUnits { get; set; } = 64;

        /// <summary>Hidden layers of a conditioner, 1 to 16. Default 2.</summary>
        public int NumberOfHiddenLayers { get; set; } = 2;

        /// <summary>Where training runs: "cpu" (the default), "cuda", "cuda:0" and so on, or "mps". Scoring is managed code on the CPU.</summary>
        public string Device { get; set; } = "cpu";

        /// <summary>Options for a density in its own right rather than for ranking rows: one normal base, no noise, 200 passes in larger batches, as long as the
        /// held-out likelihood improves.</summary>
        /// <remarks>Wants some thousands of rows; docs/quality.md compares it with planar layers.</remarks>
        /// <returns>New options, to be changed further.</returns>
        public static Options ForDensityEstimation() => new()
        {
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
            if (Device is null || Native.Device.Parse(Device) is null)
                faults.Add(Native.Device.Fault(Device));
        }
    }
}
