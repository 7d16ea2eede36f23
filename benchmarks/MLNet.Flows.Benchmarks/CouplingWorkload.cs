using Microsoft.ML;
using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Benchmarks;

/// <summary>Random rows and a random RealNVP: alternating masks, a standardization in front of each coupling.</summary>
internal sealed class CouplingWorkload
{
    public CouplingWorkload(int rows, int dimension, int couplings, params int[] hidden)
    {
        var random = new RandomStream(1);
        Data = Draw(rows * dimension, 1);
        var one = new float[dimension];
        Array.Fill(one, 1f);
        var bijections = new List<Bijection>();
        for (int k = 0; k < couplings; k++)
        {
            int[] passive = [.. Enumerable.Range(0, dimension).Where(d => d % 2 == k % 2)];
            int[] widths = [passive.Length, .. hidden, 2 * (dimension - passive.Length)];
            bijections.Add(new Standardization(new float[dimension], one));
            var conditioner = new MultilayerPerceptron([.. widths.Zip(widths[1..], Layer)]);
            bijections.Add(new Coupling<AffineMap>(new ColumnMask(dimension, passive), conditioner, new AffineMap(2)));
            FlopsPerRow += widths.Zip(widths[1..], (from, to) => 2L * from * to).Sum();
        }

        Density = new FlowDensity(
            new ColumnPartition(dimension, [], new PlateauConstants([], [])),
            new Transformed([.. bijections], new DiagonalNormal(new float[dimension], one)));
        var likelihoods = new float[Math.Min(rows, 1000)];
        Density.LogProb(Data.AsSpan(0, likelihoods.Length * dimension), contexts: [], likelihoods, Density.CreateWorkspace());
        TrainingHistory history = TrainingHistory.OfNoTraining(rows, 0);
        Transformer = new RealNvpTransformer(
            new MLContext(1), new FlowModel(
                new RowDensity(Density),
                LikelihoodQuantiles.Fit(likelihoods, []),
                new FlowColumnNames(),
                0.01,
                new float[dimension],
                history));

        DenseLayer Layer(int inputs, int outputs) => new(
            inputs, outputs, Draw(inputs * outputs, Math.Max(1, inputs)), Draw(outputs, 16));

        float[] Draw(int count, int variance) =>
            [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextGaussian() / Math.Sqrt(variance)))];
    }

    /// <summary>[n, d], row-major.</summary>
    public float[] Data { get; }

    public FlowDensity Density { get; }

    public RealNvpTransformer Transformer { get; }

    /// <summary>Floating-point operations of the conditioners alone.</summary>
    public long FlopsPerRow { get; }
}
