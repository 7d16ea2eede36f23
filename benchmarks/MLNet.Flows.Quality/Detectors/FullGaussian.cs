using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Quality.Detectors;

/// <summary>One normal with a full covariance (shrunk by a thousandth towards the identity): the squared Mahalanobis
/// distance.</summary>
internal sealed class FullGaussian : IDetector
{
    public double[] Score(float[][] train, float[][] test, int seed)
    {
        var matrix = new FeatureMatrix(train[0].Length);
        foreach (float[] row in train)
            row.CopyTo(matrix.AddRow());
        Whitening whitening = Whitening.Fit(matrix, [], 1e-3);
        var point = new RowWorkspace(matrix.Dimension, whitening.ScratchColumns);
        return Array.ConvertAll(test, row =>
        {
            row.CopyTo(point.Values.Span);
            whitening.Forward(point);
            double sum = 0;
            foreach (float z in point.Values.Span[..row.Length])
                sum += (double)z * z;
            return sum;
        });
    }
}
