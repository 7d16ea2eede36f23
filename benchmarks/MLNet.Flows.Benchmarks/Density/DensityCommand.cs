using System.Diagnostics;
using Microsoft.ML;
using MLNet.Flows.Estimators;
using MLNet.Flows.Transformers;

namespace MLNet.Flows.Benchmarks.Density;

/// <summary>What depth and passes buy a density: negative log-likelihood on rows held out, 20,000 x 16 synthetic rows, beside the truth's.</summary>
internal static class DensityCommand
{
    public static int Run()
    {
        var truth = new BentNormals();
        (float[] train, _) = truth.Draw(20_000, seed: 1);
        (float[] test, double[] exact) = truth.Draw(20_000, seed: 2);
        double lowest = -exact.Average();
        Console.WriteLine(Machine.Describe());
        Console.WriteLine($"DENSITY truth heldout_nll={lowest:F3}");
        var result = new float[20_000];
        foreach ((int layers, int epochs) in (IEnumerable<(int, int)>)[(0, 20), (16, 20), (16, 200), (32, 200), (64, 200), (128, 20), (128, 60), (128, 200)])
        {
            PlanarFlowEstimator.Options options = PlanarFlowEstimator.Options.ForDensityEstimation();
            options.NumberOfLayers = layers;
            options.MaximumEpochs = epochs;
            options.Seed = 1;
            long start = Stopwatch.GetTimestamp();
            PlanarFlowTransformer model = new MLContext(1).Flows.PlanarFlow(options).Fit(new MemoryView(train, BentNormals.Dimension));
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            model.LogLikelihood(test, result);
            double heldOut = -result.Average(l => (double)l);
            Console.WriteLine($"DENSITY layers={layers} epochs={epochs} heldout_nll={heldOut:F3} above_truth={heldOut - lowest:F3} seconds={seconds:F1} stopped={model.History.StopReason}");
        }

        return 0;
    }
}
