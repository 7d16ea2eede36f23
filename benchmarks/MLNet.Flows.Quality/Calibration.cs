using MLNet.Flows.Quality.Detectors;

namespace MLNet.Flows.Quality;

/// <summary>Whether p-values keep what they promise: trained on half of the normal rows of a set, they should be uniform on the
/// other half.</summary>
internal static class Calibration
{
    private static readonly double[] Rates = [0.01, 0.05];

    /// <summary>Prints, per set, method and seed, the Kolmogorov-Smirnov distance from uniform and how many rows false-alarm
    /// rates flag.</summary>
    public static void Run(LabeledSet[] sets, string[] methods, int seeds, int maximumTrain)
    {
        foreach (string method in methods.Where(method => Methods.Of(method).Create() is FlowDetector))
        {
            var distances = new List<double>();
            foreach (LabeledSet set in sets)
            {
                for (int seed = 1; seed <= seeds; seed++)
                {
                    Split split = Split.Draw(set, contaminated: false, seed, maximumTrain, share: null);
                    float[][] fresh = [.. split.Test.Where((_, i) => !split.Labels[i])];
                    float[] p = [.. ((FlowDetector)Methods.Of(method).Create()).PValues(split.Train, fresh, seed).Order()];
                    distances.Add(DistanceFromUniform(p));
                    Console.WriteLine(
                        $"CALIBRATION set={set.Name} method={method} trained={split.Train.Length} seed={seed} "
                        + $"ks={distances[^1]:F3} {string.Join(' ', Rates.Select(rate => Alarms(p, rate, split.Train.Length)))}");
                }
            }

            Console.WriteLine(
                $"QUALITY calibration method={Methods.Of(method).Label} mean_ks={distances.Average():F3} "
                + $"largest_ks={distances.Max():F3} sets={sets.Length} seeds={seeds}");
        }
    }

    // Tied rows share a p-value: the step at their last counts.
    private static double DistanceFromUniform(float[] ascending) => Enumerable.Range(0, ascending.Length)
        .Where(i => i + 1 == ascending.Length || ascending[i + 1] > ascending[i])
        .Max(i => Math.Abs((i + 1.0) / ascending.Length - ascending[i]));

    // Both samples, the one trained on and the fresh one, are chance.
    private static string Alarms(float[] p, double rate, int trained)
    {
        double alarms = p.Average(value => value < rate ? 1.0 : 0);
        double error = Math.Sqrt(rate * (1 - rate) * (1.0 / trained + 1.0 / p.Length));
        return $"alarms_at_{rate}={alarms:F4} standard_errors_off={Math.Round((alarms - rate) / error, 1):+0.0;-0.0;0.0}";
    }
}
