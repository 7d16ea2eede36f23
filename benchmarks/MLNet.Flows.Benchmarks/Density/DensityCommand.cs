using System.Diagnostics;
using Microsoft.ML;
using MLNet.Flows.Estimators;
using MLNet.Flows.Numerics;
using MLNet.Flows.Transformers;

namespace MLNet.Flows.Benchmarks.Density;

/// <summary>What depth and passes buy a density: negative log-likelihood on rows held out, 20,000 x 16 synthetic rows.</summary>
internal static class DensityCommand
{
    private const int Dimension = 16;

    public static int Run()
    {
        float[] train = Draw(20_000, seed: 1), test = Draw(20_000, seed: 2);
        Console.WriteLine(Machine.Describe());
        var result = new float[20_000];
        foreach ((int layers, int epochs) in (IEnumerable<(int, int)>)[(0, 20), (16, 20), (16, 200), (32, 200), (64, 200), (128, 20), (128, 60), (128, 200)])
        {
            PlanarFlowEstimator.Options options = PlanarFlowEstimator.Options.ForDensityEstimation();
            options.NumberOfLayers = layers;
            options.MaximumEpochs = epochs;
            options.Seed = 1;
            long start = Stopwatch.GetTimestamp();
            PlanarFlowTransformer model = new MLContext(1).Flows.PlanarFlow(options).Fit(new MemoryView(train, Dimension));
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            model.LogLikelihood(test, result);
            Console.WriteLine($"DENSITY layers={layers} epochs={epochs} heldout_nll={-result.Average(l => (double)l):F3} seconds={seconds:F1} stopped={model.History.StopReason}");
        }

        return 0;
    }

    // Six correlated normals, bent by sines and stretched by sinh.
    private static float[] Draw(int count, int seed)
    {
        var shape = new RandomStream(7, 1);
        var centers = new double[6, Dimension];
        var mixing = new double[6, Dimension, Dimension];
        for (int m = 0; m < 6; m++)
        {
            for (int i = 0; i < Dimension; i++)
            {
                centers[m, i] = 2 * shape.NextGaussian();
                for (int j = 0; j < Dimension; j++)
                    mixing[m, i, j] = (i == j ? 0.5 : 0) + 0.2 * shape.NextGaussian();
            }
        }

        var random = new RandomStream(seed, 2);
        var rows = new float[count * Dimension];
        var e = new double[Dimension];
        var x = new double[Dimension];
        for (int r = 0; r < count; r++)
        {
            int m = random.NextInt32(6);
            foreach (ref double value in e.AsSpan())
                value = random.NextGaussian();
            for (int i = 0; i < Dimension; i++)
            {
                x[i] = centers[m, i];
                for (int j = 0; j < Dimension; j++)
                    x[i] += mixing[m, i, j] * e[j];
            }

            for (int i = 0; i < Dimension; i++)
                rows[r * Dimension + i] = (float)(i % 2 == 0 ? x[i] + Math.Sin(x[(i + 1) % Dimension]) : Math.Sinh(x[i] / 2));
        }

        return rows;
    }
}
