using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>Trains any flow with managed kernels, on the CPU's cores.</summary>
/// <remarks>
/// A batch is cut into parts of two blocks (eight parts at most), each with gradient sums of its own, added up in order: the
/// number of parts depends on the batch and the flow alone, so the result does not depend on how many threads share the parts
/// out. A part costs the clearing and adding of its sums and, with a second thread, a few microseconds of handing out: two blocks
/// of a planar flow of 16 layers take about ten. Only of a flow with many parameters, whose single block takes longer, are
/// batches of two to four blocks cut in two.
/// </remarks>
internal sealed class ManagedEngine : ITrainingEngine
{
    private const int BlocksPerPart = 2;
    private const int ParametersOfALongStep = 4096;
    private const int MaximumParts = 8;
    private const int NoStep = -1;

    private readonly TrainingTask _task;
    private readonly SavedShares _shares;
    private readonly FeatureMatrix _data;
    private readonly CodeMatrix? _codes;
    private readonly FeatureMatrix? _context;
    private readonly float[] _weights;
    private readonly TrainableTransformed _flow;
    private readonly TrainingObjective _objective;
    private readonly float[] _gradientMask;
    private readonly float _inputNoise;
    private readonly float _trimFraction;
    private readonly LatestValues? _latest;
    private readonly WorkTeam _team;
    private readonly NoisePool _noise;
    private readonly AdamOptimizer _optimizer;
    private readonly Dictionary<WeightSlot, AdamOptimizer> _slots = [];
    private readonly List<Part> _parts = [];
    private float[] _batchValues = [];
    private float[] _batchWeights = [];
    private int[] _batchRows = [];

    /// <param name="task">The flow, the objective and the data.</param>
    public ManagedEngine(TrainingTask task)
    {
        TrainingObjective objective = task.Objective;
        TrainingSettings settings = task.Settings;
        (_task, _codes) = (task, task.Flow.Base.Categories?.Codes);
        _shares = new SavedShares(task.Flow.Base.Categories);
        (_data, _context, _weights, _flow, _objective) = (task.Data, task.Context, task.Weights, task.Flow, objective);
        (_inputNoise, _trimFraction) = ((float)settings.InputNoise, (float)settings.TrimFraction);
        _latest = _trimFraction > 0 && objective.LifetimeOfValues > 0
            ? new LatestValues(_data.RowCount, objective.LifetimeOfValues)
            : null;
        _noise = new NoisePool(_data.Dimension, settings.Seed);
        _optimizer = new AdamOptimizer(objective.ParameterCount)
        {
            GradientClipNorm = settings.GradientClipNorm,
            AverageDecay = (float)settings.AverageDecay,
            WeightDecay = settings.WeightDecay,
        };
        objective.Initialize(task, _optimizer.Parameters);
        _gradientMask = objective.GradientMask();
        _optimizer.StartAverage();

        // Last: a start that is cancelled leaves no threads behind.
        _team = new WorkTeam(Math.Min(settings.Threads, MaximumParts));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Step(ReadOnlySpan<int> rows, int step, double learningRate)
    {
        BlockLoader.Prefetch(_data, Block(rows, 0));
        _objective.SetParameters(_optimizer.Parameters);
        PrepareBatch(rows.Length);
        double totalWeight = 0;
        for (int i = 0; i < rows.Length; i++)
            totalWeight += _batchWeights[i] = _weights.Length == 0 ? 1 : _weights[rows[i]];

        if (_trimFraction > 0)
            totalWeight = Trim(rows, step);

        int parts = PartCount(rows.Length);
        RunParts(rows, parts, (part, batch, first) => AccumulatePart(part, batch, new BlockPosition(step, first)));
        for (int p = 1; p < parts; p++)
            _parts[0].Sums.Add(_parts[p].Sums);

        double sum = 0;
        for (int i = 0; i < rows.Length; i++)
            sum += _batchWeights[i] == 0 ? 0 : (double)_batchWeights[i] * _batchValues[i];
        double mean = sum / totalWeight;
        if (!double.IsFinite(mean))
            return mean;

        _objective.FinishGradient(_parts[0].Sums, _optimizer.Gradient);
        if (_gradientMask.Length > 0)
            TensorPrimitives.Multiply(_optimizer.Gradient, _gradientMask, _optimizer.Gradient);
        return _optimizer.Step(learningRate, 1 / totalWeight) ? mean : double.NaN;
    }

    public void LogLikelihood(ReadOnlySpan<int> rows, Span<float> result)
    {
        _objective.SetParameters(_optimizer.Average);
        PrepareBatch(rows.Length);
        Evaluate(rows, NoStep);
        _batchValues.AsSpan(0, rows.Length).CopyTo(result);
    }

    /// <summary>The objective's parameters, averaged.</summary>
    public ReadOnlySpan<float> Average => _optimizer.Average;

    public void RecountCategories(bool all)
    {
        if (_codes is null)
            return;
        CategoryRecount.Run(_task, _objective.FlowParameters(_optimizer.Average), all);
        _objective.CategoriesChanged();
    }

    public void Save(WeightSlot slot)
    {
        _shares.Save(slot);
        if (!_slots.TryGetValue(slot, out AdamOptimizer? copy))
            _slots[slot] = copy = new AdamOptimizer(_optimizer.Parameters.Length);
        copy.CopyFrom(_optimizer);
    }

    public void Restore(WeightSlot slot)
    {
        _optimizer.CopyFrom(_slots[slot]);
        _shares.Restore(slot);
        _objective.CategoriesChanged();
    }

    public Transformed Freeze() => _flow.Freeze(_objective.FlowParameters(_optimizer.Average));

    public void Dispose() => _team.Dispose();

    private void PrepareBatch(int count)
    {
        if (_batchValues.Length < count)
        {
            _batchValues = new float[count];
            _batchWeights = new float[count];
            _batchRows = new int[count];
        }

        for (int parts = PartCount(count); _parts.Count < parts;)
            _parts.Add(new Part(_data.Dimension, _context?.Dimension ?? 0, _codes?.Columns ?? 0, _objective));
    }

    private int PartCount(int rows)
    {
        int blocks = (rows + RowBlock.Rows - 1) / RowBlock.Rows;
        int fewest = _objective.ParameterCount < ParametersOfALongStep ? 1 : Math.Min(blocks, 2);
        return Math.Clamp(blocks / BlocksPerPart, fewest, MaximumParts);
    }

    // Part p takes blocks p, p + parts, ...; the caller's thread takes part too.
    private void RunParts(ReadOnlySpan<int> rows, int parts, PartWork work)
    {
        if (_team.IsAlone || parts == 1)
        {
            for (int p = 0; p < parts; p++)
                RunPart(rows, p, parts, work);
            return;
        }

        // Spans cannot enter a lambda.
        int count = rows.Length;
        rows.CopyTo(_batchRows);
        _team.Run(parts, p => RunPart(_batchRows.AsSpan(0, count), p, parts, work));
    }

    private void RunPart(ReadOnlySpan<int> rows, int p, int parts, PartWork work)
    {
        Part part = _parts[p];
        part.Sums.Clear();
        for (int start = p * RowBlock.Rows; start < rows.Length; start += parts * RowBlock.Rows)
        {
            BlockLoader.Prefetch(_data, Block(rows, start + parts * RowBlock.Rows));
            work(part, Block(rows, start), start);
        }
    }

    private static ReadOnlySpan<int> Block(ReadOnlySpan<int> rows, int start) =>
        start < rows.Length ? rows.Slice(start, Math.Min(RowBlock.Rows, rows.Length - start)) : default;

    private void AccumulatePart(Part part, ReadOnlySpan<int> rows, BlockPosition position)
    {
        Load(part, rows, position);
        part.Weights.AsSpan().Clear();
        _batchWeights.AsSpan(position.FirstRow, rows.Length).CopyTo(part.Weights);
        _objective.Accumulate(part.Block, position, part.Weights, part.Sums);
        part.Block.LogProb.Span[..rows.Length].CopyTo(_batchValues.AsSpan(position.FirstRow));
    }

    private void EvaluatePart(Part part, ReadOnlySpan<int> rows, BlockPosition position)
    {
        Load(part, rows, position);
        _objective.Evaluate(part.Block, position);
        part.Block.LogProb.Span[..rows.Length].CopyTo(_batchValues.AsSpan(position.FirstRow));
    }

    // With the step's noise, if it is one: on the points, not on their context.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Load(Part part, ReadOnlySpan<int> rows, BlockPosition position)
    {
        if (_context is not null)
        {
            part.Block.Count = rows.Length;
            BlockLoader.LoadContext(_context, rows, part.Block);
        }

        if (_codes is not null)
            part.Block.Categories!.Load(_codes, rows);

        if (_inputNoise == 0 || position.Step == NoStep)
        {
            BlockLoader.Load(_data, rows, part.Block);
            return;
        }

        int dimension = _data.Dimension;
        Span<float> noisy = part.NoisyRows.AsSpan(0, rows.Length * dimension);
        for (int r = 0; r < rows.Length; r++)
            _noise.AddTo(
                position.Step, position.FirstRow + r, _inputNoise, _data.Row(rows[r]), noisy.Slice(r * dimension, dimension));

        part.Block.Count = rows.Length;
        BlockLoader.Load(noisy, dimension, null, part.Block);
    }

    // By a forward pass with the same noise, or by what rows were worth not long ago; returns the weight left.
    private double Trim(ReadOnlySpan<int> rows, int step)
    {
        if (_latest is null)
        {
            Evaluate(rows, step);
        }
        else
        {
            int[] outdated = _latest.Outdated(rows, step);
            Evaluate(outdated, NoStep);
            _latest.Set(outdated, _batchValues, step);
            _latest.CopyTo(rows, _batchValues);
        }

        BatchTrimming.Apply(_batchValues.AsSpan(0, rows.Length), _batchWeights.AsSpan(0, rows.Length), _trimFraction);
        double total = 0;
        for (int i = 0; i < rows.Length; i++)
            total += _batchWeights[i];
        return total;
    }

    private void Evaluate(ReadOnlySpan<int> rows, int step) =>
        RunParts(rows, PartCount(rows.Length), (part, batch, first) => EvaluatePart(part, batch, new BlockPosition(step, first)));

    private delegate void PartWork(Part part, ReadOnlySpan<int> rows, int first);

    /// <summary>A thread's block and gradient sums.</summary>
    private sealed class Part(int dimension, int context, int categories, TrainingObjective objective)
    {
        public RowBlock Block { get; } =
            new(dimension, objective.ScratchColumns, contextColumns: context, categoryColumns: categories);

        public float[] Weights { get; } = new float[RowBlock.Rows];

        public float[] NoisyRows { get; } = new float[RowBlock.Rows * dimension];

        public TrainingObjective.Accumulator Sums { get; } = objective.CreateAccumulator(SimdSupport.Best);
    }
}
