using System.Numerics.Tensors;

namespace MLNet.Flows.Quality.Detectors;

/// <summary>Exact k nearest neighbours: the mean Euclidean distance to the five nearest training rows. A row that was trained on
/// does not count itself.</summary>
internal sealed class NearestNeighbours(int neighbours = 5) : IDetector
{
    public double[] Score(float[][] train, float[][] test, int seed)
    {
        var scores = new double[test.Length];
        var trained = new HashSet<float[]>(train, ReferenceEqualityComparer.Instance);
        Parallel.For(0, test.Length, i =>
        {
            int taken = Math.Min(neighbours, train.Length - 1);
            var nearest = new double[taken + 1];
            Array.Fill(nearest, double.MaxValue);
            bool skipSelf = false;
            foreach (float[] row in train)
            {
                if (!skipSelf && row.AsSpan().SequenceEqual(test[i]))
                {
                    // The first equal row stands for the row itself; in the clean setting a duplicate of a test row is left out
                    // just the same.
                    skipSelf = true;
                    continue;
                }

                double distance = TensorPrimitives.Distance<float>(row, test[i]);
                if (distance >= nearest[taken])
                    continue;
                nearest[taken] = distance;
                Array.Sort(nearest);
            }

            scores[i] = nearest.Take(Math.Max(taken, 1)).Average();
        });
        return scores;
    }
}
