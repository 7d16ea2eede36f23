using Microsoft.ML;
using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Benchmarks;

/// <summary>Random rows and a random planar flow of one size, with a normal base: what every benchmark works on.</summary>
internal sealed class Workload
{
    public Workload(int rows, int dimension, int layers)
    {
        (Rows, Dimension, Layers) = (rows, dimension, layers);
        var random = new RandomStream(1);
        Matrix = new FeatureMatrix(dimension);
        Data = new float[rows * dimension];
        for (int i = 0; i < rows; i++)
        {
            Span<float> row = Matrix.AddRow();
            foreach (ref float value in row)
                value = (float)random.NextGaussian();
            row.CopyTo(Data.AsSpan(i * dimension));
        }

        float[] parameters = [.. Enumerable.Range(
            0, layers * (2 * dimension + 1)).Select(_ => (float)(random.NextGaussian() / Math.Sqrt(dimension)))];
        var one = new float[dimension];
        Array.Fill(one, 1f);
        Density = new FlowDensity(
            new ColumnPartition(dimension, [], new PlateauConstants([], [])),
            new Transformed(
                [new Standardization(new float[dimension], one), new TrainablePlanarStack(dimension, layers).Freeze(parameters)],
                new DiagonalNormal(new float[dimension], one)));
        var likelihoods = new float[Math.Min(rows, 10_000)];
        Density.LogProb(Data.AsSpan(0, likelihoods.Length * dimension), contexts: [], likelihoods, Density.CreateWorkspace());
        Model = new FlowModel(
            new RowDensity(Density), LikelihoodQuantiles.Fit(likelihoods, []), new FlowColumnNames(), 0.01, new float[dimension],
            TrainingHistory.OfNoTraining(rows, 0));
        Transformer = new PlanarFlowTransformer(new MLContext(1), Model);
    }

    public int Rows { get; }

    public int Dimension { get; }

    public int Layers { get; }

    /// <summary>[n, d], row-major.</summary>
    public float[] Data { get; }

    public FeatureMatrix Matrix { get; }

    public FlowDensity Density { get; }

    public FlowModel Model { get; }

    public PlanarFlowTransformer Transformer { get; }

    /// <summary>To train a flow on the rows, without input noise.</summary>
    public TrainingTask Task(int threads, params TrainableBijection[] bijections) => new(
        Matrix,
        [],
        new ValidationSplit([.. Enumerable.Range(0, Rows)], []),
        new TrainableTransformed(bijections, new TrainableDiagonalNormal(Dimension)),
        new TrainingSettings { Threads = threads, Seed = 1, InputNoise = 0 });

    /// <summary>To train the planar flow.</summary>
    public TrainingTask PlanarTask(int threads) => Task(threads, new TrainablePlanarStack(Dimension, Layers));

    /// <summary>One pass of the managed engine over all rows in batches: the whole step, from gather to Adam.</summary>
    public Action Epoch(int batchSize, int threads) => Epoch(new ManagedEngine(PlanarTask(threads)), batchSize);

    /// <summary>One pass over all rows in batches, in shuffled order.</summary>
    public Action Epoch(ITrainingEngine engine, int batchSize)
    {
        int[] order = [.. Enumerable.Range(0, Rows)];
        new RandomStream(2).Shuffle<int>(order);
        return () =>
        {
            for (int start = 0; start + batchSize <= Rows; start += batchSize)
                engine.Step(order.AsSpan(start, batchSize), step: 0, learningRate: 1e-6);
        };
    }
}
