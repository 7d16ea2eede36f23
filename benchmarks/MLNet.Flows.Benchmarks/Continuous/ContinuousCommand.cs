using Microsoft.ML;
using MLNet.Flows.Benchmarks.Density;
using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Benchmarks.Continuous;

/// <summary>What the solver's steps cost and buy: the error of trained continuous flows against 256 steps, and rows/s on one
/// core.</summary>
internal static class ContinuousCommand
{
    private const int R = RowBlock.Rows;
    private const int Blocks = 30;
    private const int ExactSteps = 256;
    private static readonly int[] Steps = [5, 10, 20, 40];

    public static int Run()
    {
        Console.WriteLine(Machine.Describe());
        Errors("moons", Moons(4000, 1), Moons(R * Blocks, 2), 2, epochs: 200);
        var bent = new BentNormals();
        Errors("bent_normals", bent.Draw(20_000, 1).Rows, bent.Draw(R * Blocks, 2).Rows, bent.Dimension, epochs: 40);
        foreach (int steps in Steps)
            Speed(steps);
        return 0;
    }

    private static void Errors(string data, float[] train, float[] test, int dimension, int epochs)
    {
        ContinuousFlowEstimator.Options options = ContinuousFlowEstimator.Options.ForDensityEstimation();
        (options.Seed, options.NumberOfThreads, options.MaximumEpochs) = (1, 1, epochs);
        ContinuousFlowTransformer model = new MLContext(1).Flows.ContinuousFlow(options).Fit(new MemoryView(train, dimension));
        var likelihoods = new float[test.Length / dimension];
        model.LogLikelihood(test, likelihoods);
        Console.WriteLine(
            $"CONTINUOUS {data} heldout_nll={-likelihoods.Average(value => (double)value):F3}"
            + (dimension == 2 ? $" integral={Integral(model):F5}" : ""));

        // The same field in other steps, on rows as the map meets them.
        var trained = (ContinuousMap)model.Model.Density.Flow.Chain.Bijections[^1];
        var exact = new ContinuousMap(trained.Field, ExactSteps);
        foreach (int steps in Steps)
        {
            var map = new ContinuousMap(trained.Field, steps);
            (double largest, double mean, double roundTrip) = (0, 0, 0);
            for (int n = 0; n < Blocks; n++)
            {
                RowBlock x = new(dimension, trained.ScratchColumns), z = new(dimension, trained.ScratchColumns);
                BlockLoader.Load(test.AsSpan(n * R * dimension, R * dimension), dimension, null, x);
                foreach (var bijection in model.Model.Density.Flow.Chain.Bijections[..^1])
                    bijection.Forward(x);
                float[] points = x.Values.Span[..(R * dimension)].ToArray();
                points.CopyTo(z.Values.Span);
                x.LogDet.Clear();
                map.Forward(x);
                exact.Forward(z);
                model.Model.Density.Flow.Chain.Base.LogProb(x);
                model.Model.Density.Flow.Chain.Base.LogProb(z);
                for (int r = 0; r < R; r++)
                {
                    double error = Math.Abs((double)x.LogDet[r] + x.LogProb[r] - z.LogDet[r] - z.LogProb[r]);
                    (largest, mean) = (Math.Max(largest, error), mean + error / (R * Blocks));
                }

                var back = new DoubleBlock(dimension);
                for (int i = 0; i < points.Length; i++)
                    back.Values[i] = x.Values[i];
                map.Inverse(back);
                roundTrip = Math.Max(roundTrip, points.Select((value, i) => Math.Abs(value - back.Values[i])).Max());
            }

            Console.WriteLine(
                $"CONTINUOUS {data} steps={steps} mean_error_nats={mean:E1} largest={largest:E1} "
                + $"largest_round_trip={roundTrip:E1}");
        }
    }

    private static void Speed(int steps)
    {
        const int Columns = 16;
        var random = new RandomStream(1);
        var trainable = new TrainableContinuousMap(Columns, [64, 64], steps);
        ContinuousMap map = trainable.Freeze(
            [.. Enumerable.Range(0, trainable.ParameterCount).Select(_ => (float)(0.1 * random.NextGaussian()))]);
        var block = new RowBlock(Columns, map.ScratchColumns) { Count = R };
        var row = new RowWorkspace(Columns, map.ScratchColumns);
        double[] seconds = Timing.Interleaved(
            5,
            () =>
            {
                for (int i = 0; i < 10; i++)
                    map.Forward(block);
            },
            () => map.Forward(row));
        Console.WriteLine(
            $"CONTINUOUS speed d=16 hidden=64x64 steps={steps} score_rows_per_s={10 * R / seconds[0]:0.00e0} "
            + $"one_row_us={1e6 * seconds[1]:F0}");
    }

    private static double Integral(ContinuousFlowTransformer model)
    {
        const double Half = 5, Step = 0.02;
        const int Side = (int)(2 * Half / Step);
        float[] points = new float[2 * Side], likelihoods = new float[Side];
        double sum = 0;
        for (int i = 0; i < Side; i++)
        {
            for (int j = 0; j < Side; j++)
                (points[2 * j], points[2 * j + 1]) = ((float)(-Half + (i + 0.5) * Step), (float)(-Half + (j + 0.5) * Step));
            model.LogLikelihood(points, likelihoods);
            sum += likelihoods.Sum(value => Math.Exp(value)) * Step * Step;
        }

        return sum;
    }

    // Two half circles, blurred by 0.1.
    private static float[] Moons(int count, int seed)
    {
        var random = new RandomStream(seed, 9);
        return [.. Enumerable.Range(0, count).SelectMany(_ =>
        {
            bool upper = random.NextInt32(2) == 0;
            double angle = Math.PI * random.NextDouble(), x = Math.Cos(angle), y = Math.Sin(angle);
            return new[]
            {
                (float)((upper ? x : 1 - x) + 0.1 * random.NextGaussian()),
                (float)((upper ? y : 0.5 - y) + 0.1 * random.NextGaussian()),
            };
        })];
    }
}
