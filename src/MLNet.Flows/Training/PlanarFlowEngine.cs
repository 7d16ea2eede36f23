using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>Trains a planar stack and its base distribution with the fused managed kernels.</summary>
/// <remarks>
/// A batch is cut into parts of four blocks (eight parts at most), each with gradient sums of its own, added up in order: the number of
/// parts depends on the batch alone, so the result does not depend on how many threads share the parts out.
/// </remarks>
internal sealed class PlanarFlowEngine : ITrainingEngine
{
    private const int BlocksPerPart = 4;
    private const int MaximumParts = 8;

    private readonly FeatureMatrix _data;
    private readonly float[] _weights;
    private readonly TrainablePlanarStack _stack;
    private readonly TrainableDistribution _base;
    private readonly float[]? _columnMask;
    private readonly WorkTeam _team;
    private readonly NoisePool _noise;
    private readonly AdamOptimizer _optimizer;
    private readonly Dictionary<WeightSlot, AdamOptimizer> _slots = [];
    private readonly List<Part> _parts = [];
    private float[] _batchLogLikelihood = [];
    private float[] _batchWeights = [];
    private int[] _batchRows = [];

    /// <param name="task">The data and the base to train.</param>
    /// <param name="layers">K.</param>
    /// <param name="maskColumns">Whether each layer acts on its own random half of the columns.</param>
    public PlanarFlowEngine(TrainingTask task, int layers, bool maskColumns)
    {
        _data = task.Data;
        _weights = task.Weights;
        _stack = new TrainablePlanarStack(_data.Dimension, layers);
        _base = task.Base;
        _team = new WorkTeam(Math.Min(task.Threads, MaximumParts));
        _noise = new NoisePool(_data.Dimension, task.Seed);
        _optimizer = new AdamOptimizer(_stack.ParameterCount + _base.ParameterCount);
        _columnMask = PlanarInitialization.Fill(task, layers, maskColumns, StackPart(_optimizer.Parameters));
        _base.Initialize(_data, task.TrainingRows, new RandomStream(task.Seed, RandomStreams.Base), BasePart(_optimizer.Parameters), task.Checkpoint);
        _optimizer.StartAverage();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Step(ReadOnlySpan<int> rows, in StepSettings settings)
    {
        BlockLoader.Prefetch(_data, Block(rows, 0));
        SetParameters(_optimizer.Parameters);
        PrepareBatch(rows.Length);
        double totalWeight = 0;
        for (int i = 0; i < rows.Length; i++)
            totalWeight += _batchWeights[i] = _weights.Length == 0 ? 1 : _weights[rows[i]];

        if (settings.TrimFraction > 0)
            totalWeight = Trim(rows, settings);

        int parts = PartCount(rows.Length);
        StepSettings step = settings;
        RunParts(rows, parts, (part, batch, first) => AccumulatePart(part, batch, first, step));
        for (int p = 1; p < parts; p++)
            _parts[0].Add(_parts[p]);

        double sum = 0;
        for (int i = 0; i < rows.Length; i++)
            sum += _batchWeights[i] == 0 ? 0 : (double)_batchWeights[i] * _batchLogLikelihood[i];
        double mean = sum / totalWeight;
        if (!double.IsFinite(mean))
            return mean;

        _stack.FinishGradient(_parts[0].Stack, StackPart(_optimizer.Gradient));
        _base.FinishGradient(_parts[0].Base, BasePart(_optimizer.Gradient));
        if (_columnMask is not null)
            ApplyMask(_optimizer.Gradient);
        return _optimizer.Step(settings, 1 / totalWeight) ? mean : double.NaN;
    }

    public void LogLikelihood(ReadOnlySpan<int> rows, Span<float> result)
    {
        SetParameters(_optimizer.Average);
        PrepareBatch(rows.Length);
        RunParts(rows, PartCount(rows.Length), (part, batch, first) => ScorePart(part, batch, first, default));
        _batchLogLikelihood.AsSpan(0, rows.Length).CopyTo(result);
    }

    public void Save(WeightSlot slot)
    {
        if (!_slots.TryGetValue(slot, out AdamOptimizer? copy))
            _slots[slot] = copy = new AdamOptimizer(_optimizer.Parameters.Length);
        copy.CopyFrom(_optimizer);
    }

    public void Restore(WeightSlot slot) => _optimizer.CopyFrom(_slots[slot]);

    public (Bijection[] Bijections, Distribution Base) Freeze()
    {
        ReadOnlySpan<float> average = _optimizer.Average;
        return ([_stack.Freeze(average[.._stack.ParameterCount])], _base.Freeze(average[_stack.ParameterCount..]));
    }

    public void Dispose() => _team.Dispose();

    private Span<float> StackPart(float[] parameters) => parameters.AsSpan(0, _stack.ParameterCount);

    private Span<float> BasePart(float[] parameters) => parameters.AsSpan(_stack.ParameterCount);

    private void SetParameters(float[] parameters)
    {
        _stack.SetParameters(StackPart(parameters));
        _base.SetParameters(BasePart(parameters));
    }

    private void PrepareBatch(int count)
    {
        if (_batchLogLikelihood.Length < count)
        {
            _batchLogLikelihood = new float[count];
            _batchWeights = new float[count];
            _batchRows = new int[count];
        }

        for (int parts = PartCount(count); _parts.Count < parts;)
            _parts.Add(new Part(_data.Dimension, _stack, _base));
    }

    private static int PartCount(int rows)
    {
        int blocks = (rows + RowBlock.Rows - 1) / RowBlock.Rows;
        return Math.Clamp(blocks / BlocksPerPart, 1, MaximumParts);
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
        part.Clear();
        for (int start = p * RowBlock.Rows; start < rows.Length; start += parts * RowBlock.Rows)
        {
            BlockLoader.Prefetch(_data, Block(rows, start + parts * RowBlock.Rows));
            work(part, Block(rows, start), start);
        }
    }

    private static ReadOnlySpan<int> Block(ReadOnlySpan<int> rows, int start) =>
        start < rows.Length ? rows.Slice(start, Math.Min(RowBlock.Rows, rows.Length - start)) : default;

    private void AccumulatePart(Part part, ReadOnlySpan<int> rows, int first, in StepSettings settings)
    {
        Load(part, rows, first, settings);
        part.Block.LogDet.Clear();
        part.Weights.AsSpan().Clear();
        _batchWeights.AsSpan(first, rows.Length).CopyTo(part.Weights);
        _stack.Forward(part.Block, part.Stack);
        _base.AccumulateGradient(part.Block, part.Weights, part.LatentGradient, part.Base);
        _stack.Backward(part.LatentGradient, part.Weights, part.Stack);
        StoreLogLikelihood(part.Block, first);
    }

    private void ScorePart(Part part, ReadOnlySpan<int> rows, int first, in StepSettings settings)
    {
        Load(part, rows, first, settings);
        part.Block.LogDet.Clear();
        _stack.Forward(part.Block, part.Stack);
        _base.LogProb(part.Block);
        StoreLogLikelihood(part.Block, first);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StoreLogLikelihood(RowBlock block, int first)
    {
        ReadOnlySpan<float> logProb = block.LogProb.Span, logDet = block.LogDet.Span;
        for (int r = 0; r < block.Count; r++)
            _batchLogLikelihood[first + r] = logProb[r] + logDet[r];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Load(Part part, ReadOnlySpan<int> rows, int first, in StepSettings settings)
    {
        if (settings.InputNoise == 0)
        {
            BlockLoader.Load(_data, rows, part.Block);
            return;
        }

        int dimension = _data.Dimension;
        Span<float> noisy = part.NoisyRows.AsSpan(0, rows.Length * dimension);
        for (int r = 0; r < rows.Length; r++)
            _noise.AddTo(settings.StepNumber, first + r, settings.InputNoise, _data.Row(rows[r]), noisy.Slice(r * dimension, dimension));

        BlockLoader.Load(noisy, dimension, null, part.Block);
    }

    // Gives weight 0 to the least likely share of the batch, by a forward pass with the same noise; returns the weight left.
    private double Trim(ReadOnlySpan<int> rows, in StepSettings settings)
    {
        StepSettings step = settings;
        RunParts(rows, PartCount(rows.Length), (part, batch, first) => ScorePart(part, batch, first, step));
        int trimmed = (int)(settings.TrimFraction * rows.Length);
        float[] keys = _batchLogLikelihood.AsSpan(0, rows.Length).ToArray();
        int[] order = [.. Enumerable.Range(0, rows.Length)];
        Array.Sort(keys, order);
        foreach (int i in order.AsSpan(0, trimmed))
            _batchWeights[i] = 0;
        double total = 0;
        for (int i = 0; i < rows.Length; i++)
            total += _batchWeights[i];
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ApplyMask(float[] gradient)
    {
        for (int i = 0; i < _columnMask!.Length; i++)
        {
            gradient[i] *= _columnMask[i];
            gradient[_columnMask.Length + i] *= _columnMask[i];
        }
    }

    private delegate void PartWork(Part part, ReadOnlySpan<int> rows, int first);

    /// <summary>A thread's blocks and gradient sums.</summary>
    private sealed class Part(int dimension, TrainablePlanarStack stack, TrainableDistribution baseDistribution)
    {
        public RowBlock Block { get; } = new(dimension, Math.Max(stack.ScratchColumns, baseDistribution.ScratchColumns));

        public RowBlock LatentGradient { get; } = new(dimension);

        public float[] Weights { get; } = new float[RowBlock.Rows];

        public float[] NoisyRows { get; } = new float[RowBlock.Rows * dimension];

        public TrainablePlanarStack.Accumulator Stack { get; } = stack.CreateAccumulator(SimdSupport.Best);

        public TrainableDistribution.Accumulator Base { get; } = baseDistribution.CreateAccumulator(SimdSupport.Best);

        public void Clear()
        {
            Stack.Clear();
            Base.Clear();
        }

        public void Add(Part other)
        {
            Stack.Add(other.Stack);
            Base.Add(other.Base);
        }
    }
}
