using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Distributions;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators.Context;

/// <summary>Fits the map that takes away what the context says of a row's location and scale: z = x exp(s(c)) + t(c), column by
/// column, s and t by one small perceptron.</summary>
/// <remarks>By maximum likelihood on Student's t with 5 degrees of freedom, so that anomalies do not draw location and scale to
/// themselves, with early stopping.</remarks>
internal sealed class ConditionalAffine
{
    // In the standardized units of what is mapped: spreads given the context may be e^-7 to e^7 of the whole.
    private const float LogScaleBound = 7;
    private const double DegreesOfFreedom = 5;
    private const double ValidationFraction = 0.15;
    private const double LearningRate = 5e-3;
    private const double WeightDecay = 0.05;
    private const int BatchSize = 256;
    private const int MostSteps = 4000;
    private const int FewestSteps = 300;
    private const int MostPasses = 200;
    private const int Patience = 8;

    // Multiply-adds of all passes forward: a few seconds on one core.
    private const double MostWork = 3e10;

    // Of fewer rows the larger perceptron learns too much by heart.
    private const int RowsOfTheLarger = 3000;
    private static readonly int[] Small = [32];
    private static readonly int[] Large = [64, 64];
    private readonly FlowHost _host;
    private readonly int _seed;
    private readonly int _threads;

    /// <param name="host">Cancellation.</param>
    /// <param name="seed">Decides every random choice.</param>
    /// <param name="threads">That may share the work of a step.</param>
    public ConditionalAffine(FlowHost host, int seed, int threads) => (_host, _seed, _threads) = (host, seed, threads);

    /// <summary>Fits the map.</summary>
    /// <param name="rows">[n, d], about standardized.</param>
    /// <param name="context">[n, context columns], standardized.</param>
    /// <param name="weights">[n], or empty for all 1.</param>
    /// <param name="inputNoise">Standard deviation of Gaussian noise on the rows in training.</param>
    /// <returns>The map, to residuals of about any scale; null where the context says nothing of either
    /// (<see cref="ContextTrial"/>).</returns>
    /// <exception cref="InvalidOperationException">Training diverged at every learning rate tried.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public Coupling<AffineMap>? Fit(FeatureMatrix rows, FeatureMatrix context, float[] weights, double inputNoise)
    {
        TrainableCoupling<AffineMap> flow = Untrained(rows, context);
        ValidationSplit split = ValidationSplit.Draw(
            rows, ValidationFraction, new RandomStream(_seed, RandomStreams.Validation));
        int batchSize = Math.Min(BatchSize, split.Train.Length);
        double affordable = MostWork / ((double)batchSize * flow.ParameterCount);
        double passes = (double)MostPasses * split.Train.Length / batchSize;
        var task = new TrainingTask(
            rows,
            weights,
            split,
            new TrainableTransformed([flow], new TrainableProductStudentT(rows.Dimension, DegreesOfFreedom)),
            new TrainingSettings
            {
                MaximumSteps = (int)Math.Clamp(Math.Min(affordable, passes), FewestSteps, MostSteps),
                BatchSize = batchSize,
                LearningRate = LearningRate,
                WeightDecay = WeightDecay,
                InputNoise = inputNoise,
                Patience = Patience,
                Seed = _seed,
                Threads = _threads,
            })
        {
            Context = context,
            Checkpoint = _host.ThrowIfCancelled,
        };
        using var engine = new ManagedEngine(task);
        new TrainingLoop(engine, task, _host.ForPart(silent: true, () => false)).Run(rows.RowCount, 0);
        _host.ThrowIfCancelled();
        Transformed trained = engine.Freeze();
        return ContextTrial.SaysMore(trained, rows, context, codes: null, split.Validation)
            ? (Coupling<AffineMap>)trained.Bijections[0]
            : null;
    }

    /// <summary>As <see cref="Fit"/>, but the identity where the context says nothing or the caller cancels.</summary>
    public Coupling<AffineMap> FitOrIdentity(
        FeatureMatrix rows, FeatureMatrix context, float[] weights, double inputNoise)
    {
        Coupling<AffineMap>? map = null;
        try
        {
            map = Fit(rows, context, weights, inputNoise);
        }
        catch (OperationCanceledException)
        {
        }

        TrainableCoupling<AffineMap> flow = Untrained(rows, context);
        return map ?? flow.Freeze(new float[flow.ParameterCount]);
    }

    /// <summary>Maps the rows in place and adds each one's log-determinant to its own, as scoring adds them up.</summary>
    public static void Apply(Coupling<AffineMap> map, FeatureMatrix rows, FeatureMatrix context, float[] logDets)
    {
        var block = new RowBlock(rows.Dimension, map.ScratchColumns, contextColumns: context.Dimension);
        for (int start = 0; start < rows.RowCount; start += RowBlock.Rows)
        {
            int[] indices = [.. Enumerable.Range(start, Math.Min(RowBlock.Rows, rows.RowCount - start))];
            BlockLoader.Load(rows, indices, block);
            BlockLoader.LoadContext(context, indices, block);
            logDets.AsSpan(start, indices.Length).CopyTo(block.LogDet.Span);
            map.Forward(block);
            block.LogDet.Span[..indices.Length].CopyTo(logDets.AsSpan(start));
            for (int r = 0; r < indices.Length; r++)
            {
                Span<float> row = rows.Row(start + r);
                for (int d = 0; d < row.Length; d++)
                    row[d] = block.Values[d * RowBlock.Rows + r];
            }
        }
    }

    private static TrainableCoupling<AffineMap> Untrained(FeatureMatrix rows, FeatureMatrix context) => new(
        new ColumnMask(rows.Dimension, []),
        rows.RowCount < RowsOfTheLarger ? Small : Large,
        new AffineMap(LogScaleBound),
        context: context.Dimension);
}
