using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Estimators;

namespace MLNet.Flows;

public sealed partial class VariationalPlanarFlow
{
    /// <summary>How a variational flow is fitted. Every property has a default that works.</summary>
    public sealed class Options
    {
        /// <summary>Planar layers, 0 to 4,096. Default 16.</summary>
        public int NumberOfLayers { get; set; } = 16;

        /// <summary>Optimizer steps at most, 1 to 10,000,000. Default 10,000.</summary>
        public int MaximumSteps { get; set; } = 10_000;

        /// <summary>Points drawn per step, 1 to 1,048,576. Default 256.</summary>
        public int BatchSize { get; set; } = 256;

        /// <summary>Adam's highest step size, in (0, 1]. Default 0.01. Warms up over 50 steps, then falls along a cosine to 2
        /// %.</summary>
        public double LearningRate { get; set; } = 0.01;

        /// <summary>Share of the steps over which the weight of the energy rises from 1 % to 100 %, in [0, 1]. Default 0.5:
        /// modes are found before they are filled.</summary>
        public double AnnealingFraction { get; set; } = 0.5;

        /// <summary>Decides start and draws: same seed, same flow. Default 1.</summary>
        public int Seed { get; set; } = 1;

        /// <summary>Receives the free energy about 20 times during the fit; null (the default) for no reports.</summary>
        public IProgress<VariationalProgress>? Progress { get; set; }

        /// <summary>Ends the fit early: with an <see cref="OperationCanceledException"/> before the first report, later with what
        /// there is.</summary>
        public CancellationToken CancellationToken { get; set; }

        internal void Check()
        {
            var faults = new OptionFaults();
            faults.Range(nameof(NumberOfLayers), NumberOfLayers, 0, PlanarStack.MaximumLayers);
            faults.Range(nameof(MaximumSteps), MaximumSteps, 1, 10_000_000);
            faults.Range(nameof(BatchSize), BatchSize, 1, 1 << 20);
            faults.Range(nameof(AnnealingFraction), AnnealingFraction, 0, 1);
            faults.LearningRate(LearningRate);
            faults.ThrowIfAny(nameof(VariationalPlanarFlow));
        }
    }
}
