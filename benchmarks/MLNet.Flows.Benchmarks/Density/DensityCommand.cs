using System.Diagnostics;
using Microsoft.ML;

namespace MLNet.Flows.Benchmarks.Density;

/// <summary>What depth and passes buy a density: negative log-likelihood on rows held out, 20,000 x 16 synthetic rows, beside the
/// truth's, by all flows.</summary>
internal static class DensityCommand
{
    private const int Rows = 20_000;

    public static int Run()
    {
        var truth = new BentNormals();
        (float[] train, _) = truth.Draw(Rows, seed: 1);
        (float[] test, double[] exact) = truth.Draw(Rows, seed: 2);
        double lowest = -exact.Average();
        var view = new MemoryView(train, BentNormals.Dimension);
        Console.WriteLine(Machine.Describe());
        Console.WriteLine($"DENSITY truth heldout_nll={lowest:F3}");
        foreach ((int layers, int epochs) in
            (IEnumerable<(int, int)>)[(0, 20), (16, 20), (16, 200), (32, 200), (64, 200), (128, 20), (128, 60), (128, 200)])
        {
            PlanarFlowEstimator.Options options = PlanarFlowEstimator.Options.ForDensityEstimation();
            (options.NumberOfLayers, options.MaximumEpochs, options.Seed) = (layers, epochs, 1);
            Measure($"layers={layers} epochs={epochs}", () => new MLContext(1).Flows.PlanarFlow(options).Fit(view), test, lowest);
        }

        foreach ((int couplings, int epochs) in (IEnumerable<(int, int)>)[(6, 20), (6, 60), (12, 60)])
        {
            RealNvpEstimator.Options options = RealNvpEstimator.Options.ForDensityEstimation();
            (options.NumberOfCouplings, options.MaximumEpochs, options.Seed) = (couplings, epochs, 1);
            Measure(
                $"couplings={couplings} epochs={epochs}", () => new MLContext(1).Flows.RealNvp(options).Fit(view), test, lowest);
        }

        Family(view, test, lowest);
        return 0;
    }

    // Every flow's own preset for densities, at the same number of passes, on one core.
    private static void Family(MemoryView view, float[] test, double lowest)
    {
        NeuralSplineEstimator.Options autoregressive = NeuralSplineEstimator.Options.ForDensityEstimation();
        autoregressive.Autoregressive = true;
        foreach (int epochs in (int[])[20, 60, 200])
        {
            Run("nice", NiceEstimator.Options.ForDensityEstimation(), (flows, options) => flows.Nice(options));
            Run("glow", GlowEstimator.Options.ForDensityEstimation(), (flows, options) => flows.Glow(options));
            Run(
                "maf",
                MaskedAutoregressiveEstimator.Options.ForDensityEstimation(),
                (flows, options) => flows.MaskedAutoregressive(options));
            Run("spline", NeuralSplineEstimator.Options.ForDensityEstimation(), (flows, options) => flows.NeuralSpline(options));
            Run("spline_autoregressive", autoregressive, (flows, options) => flows.NeuralSpline(options));
            if (epochs < 200)
                continue;
            double decay = autoregressive.WeightDecay;
            autoregressive.WeightDecay = 0;
            Run("spline_autoregressive_without_decay", autoregressive, (flows, options) => flows.NeuralSpline(options));
            autoregressive.WeightDecay = decay;
            autoregressive.BaseDistribution = BaseDistribution.NormalMixture(24, sharedScale: false, minimumWeight: 0);
            Run("spline_autoregressive_on_24_normals", autoregressive, (flows, options) => flows.NeuralSpline(options));

            void Run<TOptions>(
                string name, TOptions options, Func<FlowsCatalog, TOptions, IEstimator<FlowTransformer>> create)
                where TOptions : FlowOptions
            {
                (options.MaximumEpochs, options.Seed, options.NumberOfThreads) = (epochs, 1, 1);
                Measure($"{name} epochs={epochs}", () => create(new MLContext(1).Flows, options).Fit(view), test, lowest);
            }
        }
    }

    private static void Measure(string what, Func<FlowTransformer> fit, float[] test, double lowest)
    {
        long start = Stopwatch.GetTimestamp();
        FlowTransformer model = fit();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var result = new float[Rows];
        model.LogLikelihood(test, result);
        double heldOut = -result.Average(l => (double)l);
        Console.WriteLine(
            $"DENSITY {what} heldout_nll={heldOut:F3} above_truth={heldOut - lowest:F3} seconds={seconds:F1} "
            + $"stopped={model.History.StopReason}");
    }
}
