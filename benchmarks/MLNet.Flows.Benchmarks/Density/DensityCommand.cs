using System.Diagnostics;
using Microsoft.ML;

namespace MLNet.Flows.Benchmarks.Density;

/// <summary>What depth and passes buy a density: negative log-likelihood on rows held out, 20,000 x 16 synthetic rows, beside the
/// truth's; planar flows and RealNVP.</summary>
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

        return 0;
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
