using System.Numerics.Tensors;
using MLNet.Flows.Bijections;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>A flow in training: a chain of bijections, in the data-to-latent direction, on a base distribution.</summary>
/// <remarks>Flat parameters: those of the bijections in their order, then those of the base. <see cref="Freeze"/> makes the
/// <see cref="Transformed"/> that scores. One instance serves many threads, each with its own
/// <see cref="Accumulator"/>.</remarks>
internal sealed class TrainableTransformed
{
    // Enough for the means and deviations that a later bijection starts from.
    private const int MaximumStartingRows = 4096;
    private readonly TrainableBijection[] _bijections;
    private readonly int[] _starts;

    /// <param name="bijections">From data to latent, in this order.</param>
    /// <param name="baseDistribution">What they map to.</param>
    public TrainableTransformed(TrainableBijection[] bijections, TrainableDistribution baseDistribution)
    {
        (_bijections, Base) = (bijections, baseDistribution);
        _starts = new int[bijections.Length + 1];
        for (int i = 0; i < bijections.Length; i++)
            _starts[i + 1] = checked(_starts[i] + bijections[i].ParameterCount);
        ContextColumns = bijections.Select(bijection => bijection.ContextColumns).Append(0).Max();
        ScratchColumns = bijections.Select(bijection => bijection.ScratchColumns).Append(baseDistribution.ScratchColumns).Max();
    }

    public IReadOnlyList<TrainableBijection> Bijections => _bijections;

    public TrainableDistribution Base { get; }

    public int Dimension => Base.Dimension;

    public int ParameterCount => checked(_starts[^1] + Base.ParameterCount);

    public int ScratchColumns { get; }

    /// <summary>Columns of the context that log-densities are given; 0 for none.</summary>
    public int ContextColumns { get; }

    /// <summary>Fills the starting parameters: of the base from the rows as they are, of each bijection from the rows as it meets
    /// them.</summary>
    /// <param name="data">[n, d], preprocessed.</param>
    /// <param name="context">[n, context columns]; null where the flow reads none.</param>
    /// <param name="rows">The rows to start from.</param>
    /// <param name="seed">Decides the start.</param>
    /// <param name="parameters">[ParameterCount].</param>
    /// <param name="checkpoint">Called between steps; throws where the caller cancelled.</param>
    public void Initialize(
        FeatureMatrix data,
        FeatureMatrix? context,
        ReadOnlySpan<int> rows,
        int seed,
        Span<float> parameters,
        Action? checkpoint)
    {
        var random = new RandomStream(seed, RandomStreams.Bijections);
        FeatureMatrix? mapped = null, mappedContext = null;
        for (int i = 0; i < _bijections.Length; i++)
        {
            Span<float> own = Part(parameters, i);
            if (mapped is null)
                _bijections[i].Initialize(data, rows, random, own);
            else
                _bijections[i].Initialize(mapped, [.. Enumerable.Range(0, mapped.RowCount)], random, own);
            if (i == _bijections.Length - 1)
                break;
            checkpoint?.Invoke();
            mapped ??= Sample(data, rows);
            mappedContext ??= context is null ? null : Sample(context, rows);
            _bijections[i].SetParameters(own);
            Map(_bijections[i], mapped, mappedContext);
        }

        Base.Initialize(data, rows, new RandomStream(seed, RandomStreams.Base), parameters[_starts[^1]..], checkpoint);
    }

    /// <summary>[ParameterCount] of 0 and 1 that gradients are multiplied with, known once the start is; empty for all
    /// 1.</summary>
    public float[] GradientMask()
    {
        if (_bijections.All(bijection => bijection.GradientMask.IsEmpty))
            return [];
        var mask = new float[ParameterCount];
        Array.Fill(mask, 1);
        for (int i = 0; i < _bijections.Length; i++)
            _bijections[i].GradientMask.CopyTo(Part(mask.AsSpan(), i));
        return mask;
    }

    /// <summary>Takes new parameters; not to be called while gradients are being accumulated.</summary>
    public void SetParameters(ReadOnlySpan<float> parameters)
    {
        for (int i = 0; i < _bijections.Length; i++)
            _bijections[i].SetParameters(Part(parameters, i));
        Base.SetParameters(parameters[_starts[^1]..]);
    }

    /// <summary>Sets the block's LogProb to log p(x); its points are overwritten with the latent ones.</summary>
    public void LogProb(RowBlock block)
    {
        block.LogDet.Clear();
        foreach (TrainableBijection bijection in _bijections)
            bijection.Forward(block, accumulator: null);
        Base.LogProb(block);
        TensorPrimitives.Add(block.LogProb.Span, block.LogDet.Span, block.LogProb.Span);
    }

    /// <summary>As <see cref="LogProb"/>, and adds sum_r weight_r d log p(x_r) / d parameters to the accumulator.</summary>
    /// <param name="block">The points x.</param>
    /// <param name="weights">64 row weights; 0 for rows beyond the block's count.</param>
    /// <param name="accumulator">From <see cref="CreateAccumulator"/>.</param>
    public void AccumulateGradient(RowBlock block, ReadOnlySpan<float> weights, Accumulator accumulator)
    {
        block.LogDet.Clear();
        for (int i = 0; i < _bijections.Length; i++)
            _bijections[i].Forward(block, accumulator.Bijections[i]);
        Base.AccumulateGradient(block, weights, accumulator.Gradient, accumulator.Base);
        for (int i = _bijections.Length - 1; i >= 0; i--)
            _bijections[i].Backward(accumulator.Gradient, weights, accumulator.Bijections[i], toInputs: i > 0);
        TensorPrimitives.Add(block.LogProb.Span, block.LogDet.Span, block.LogProb.Span);
    }

    /// <summary>Per-thread sums of gradients, and what a forward pass keeps.</summary>
    public Accumulator CreateAccumulator(SimdWidth width) => new(
        Array.ConvertAll(
            _bijections,
            bijection => bijection.CreateAccumulator(width)), Base.CreateAccumulator(width), new RowBlock(Dimension, 0, width));

    /// <summary>Writes the accumulated gradient with respect to the flat parameters; the accumulator's sums are used
    /// up.</summary>
    public void FinishGradient(Accumulator accumulator, Span<float> gradient)
    {
        for (int i = 0; i < _bijections.Length; i++)
            _bijections[i].FinishGradient(accumulator.Bijections[i], Part(gradient, i));
        Base.FinishGradient(accumulator.Base, gradient[_starts[^1]..]);
    }

    /// <summary>The flow at these parameters, for scoring.</summary>
    public Transformed Freeze(ReadOnlySpan<float> parameters)
    {
        var frozen = new Bijection[_bijections.Length];
        for (int i = 0; i < frozen.Length; i++)
            frozen[i] = _bijections[i].Freeze(Part(parameters, i));
        return new Transformed(frozen, Base.Freeze(parameters[_starts[^1]..]));
    }

    private Span<float> Part(Span<float> parameters, int i) => parameters[_starts[i].._starts[i + 1]];

    private ReadOnlySpan<float> Part(ReadOnlySpan<float> parameters, int i) => parameters[_starts[i].._starts[i + 1]];

    // Rows from all over the data, as its order may mean something.
    private static FeatureMatrix Sample(FeatureMatrix data, ReadOnlySpan<int> rows)
    {
        int count = Math.Min(rows.Length, MaximumStartingRows);
        var sample = new FeatureMatrix(data.Dimension);
        for (int i = 0; i < count; i++)
            data.Row(rows[(int)((long)i * rows.Length / count)]).CopyTo(sample.AddRow());
        return sample;
    }

    private static void Map(TrainableBijection bijection, FeatureMatrix rows, FeatureMatrix? context)
    {
        var block = new RowBlock(rows.Dimension, bijection.ScratchColumns, contextColumns: context?.Dimension ?? 0);
        for (int start = 0; start < rows.RowCount; start += RowBlock.Rows)
        {
            int[] indices = [.. Enumerable.Range(start, Math.Min(RowBlock.Rows, rows.RowCount - start))];
            BlockLoader.Load(rows, indices, block);
            if (context is not null)
                BlockLoader.LoadContext(context, indices, block);
            bijection.Forward(block, accumulator: null);
            for (int r = 0; r < block.Count; r++)
            {
                Span<float> row = rows.Row(start + r);
                for (int d = 0; d < row.Length; d++)
                    row[d] = block.Values[d * RowBlock.Rows + r];
            }
        }
    }

    /// <summary>One thread's accumulators of all parts.</summary>
    /// <param name="bijections">Of each bijection.</param>
    /// <param name="baseDistribution">Of the base.</param>
    /// <param name="gradient">The gradient on its way back through the chain.</param>
    internal sealed class Accumulator(
        TrainableBijection.Accumulator[] bijections, TrainableDistribution.Accumulator baseDistribution, RowBlock gradient)
    {
        public TrainableBijection.Accumulator[] Bijections { get; } = bijections;

        public TrainableDistribution.Accumulator Base { get; } = baseDistribution;

        public RowBlock Gradient { get; } = gradient;

        public void Clear()
        {
            foreach (TrainableBijection.Accumulator bijection in Bijections)
                bijection.Clear();
            Base.Clear();
        }

        /// <summary>Adds the other's sums to this one's.</summary>
        public void Add(Accumulator other)
        {
            for (int i = 0; i < Bijections.Length; i++)
                Bijections[i].Add(other.Bijections[i]);
            Base.Add(other.Base);
        }
    }
}
