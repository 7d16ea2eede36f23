using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>A <see cref="NormalMixture"/> in training. Flat parameters: [logits (M) | means (M x d) | log-scales (d if shared,
/// else M x d)].</summary>
internal sealed class TrainableNormalMixture : TrainableDistribution
{
    // The k-means start adds this to the within-cluster variance (of standardized columns), so that no scale begins at 0.
    private const double StartingVariance = 0.05;

    private readonly NormalMixtureParameters _parameters;
    private readonly double _minimumWeight;
    private readonly double[] _logWeights;
    private readonly float[] _logScale;

    /// <param name="dimension">d; 0 where all columns are categorical.</param>
    /// <param name="components">M.</param>
    /// <param name="sharedScale">One diagonal scale for all components, or one each.</param>
    /// <param name="minimumWeight">What <see cref="Freeze"/> drops: components lighter than this and than half the
    /// heaviest.</param>
    /// <param name="categories">The categorical columns of the training rows; null for none.</param>
    public TrainableNormalMixture(
        int dimension, int components, bool sharedScale, double minimumWeight, TrainableCategories? categories = null)
        : base(dimension)
    {
        Components = components;
        Categories = categories;
        SharedScale = sharedScale;
        _minimumWeight = minimumWeight;
        _parameters = new NormalMixtureParameters(dimension, components);
        _logWeights = new double[components];
        _logScale = new float[sharedScale ? dimension : components * dimension];
    }

    public int Components { get; }

    public bool SharedScale { get; }

    public override TrainableCategories? Categories { get; }

    public override int ParameterCount => Components * (1 + Dimension) + _logScale.Length;

    // Flow matching and recounts of categories score by the frozen mixture in a training block.
    public override int ScratchColumns =>
        SharedScale ? SharedScaleMixture.Scratch(Dimension, Components) : Components;

    private int MeanSize => Components * Dimension;

    public override void Initialize(
        FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters, Action? checkpoint = null)
    {
        if (Categories is not null)
        {
            Start(new MixedStart(
                data, Categories, rows, Components, SharedScale, StartingVariance, random, checkpoint), parameters);
            return;
        }

        KMeans clusters = KMeans.Fit(data, rows, Components, random, SimdSupport.Best, checkpoint);
        for (int m = 0; m < Components; m++)
            parameters[m] = (float)Math.Log((clusters.Counts[m] + 1.0) / (clusters.RowCount + Components));
        clusters.Centers.CopyTo(parameters[Components..]);

        Span<float> logScale = parameters[(Components + MeanSize)..];
        ReadOnlySpan<double> variance = clusters.Variance(perCluster: !SharedScale);
        for (int i = 0; i < logScale.Length; i++)
            logScale[i] = (float)(0.5 * Math.Log(variance[i] + StartingVariance));
    }

    public override void SetParameters(ReadOnlySpan<float> parameters)
    {
        LogSoftmax(parameters[..Components], _logWeights);
        parameters[(Components + MeanSize)..].CopyTo(_logScale);
        _parameters.Set(_logWeights, parameters.Slice(Components, MeanSize), LogScales.Exp(_logScale));
    }

    public override void LogProb(RowBlock block)
    {
        var operation = new NormalMixtureKernel.BlockLogProb(_parameters, block, Categories?.Tables);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override Accumulator CreateAccumulator(SimdWidth width) => new Sums(Components, Dimension, _logScale.Length, width);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AccumulateGradient(
        RowBlock latent, ReadOnlySpan<float> weights, RowBlock latentGradient, Accumulator accumulator)
    {
        LogProb(latent);
        var sums = (Sums)accumulator;
        weights.CopyTo(sums.Weights.Span);
        double total = 0;
        foreach (float weight in weights)
            total += weight;
        sums.TotalWeight += total;
        var operation = new NormalMixtureKernel.Gradient(
            _parameters, latent, sums.Weights, latentGradient, sums.Responsibility, sums.Mean, sums.LogScale, SharedScale);
        SimdDispatch.Run(latent.Width, ref operation);
    }

    public override void FinishGradient(Accumulator accumulator, Span<float> gradient)
    {
        var sums = (Sums)accumulator;
        LaneSums.Totals(sums.Responsibility, sums.Lanes, gradient[..Components]);
        for (int m = 0; m < Components; m++)
            gradient[m] -= (float)(Math.Exp(_logWeights[m]) * sums.TotalWeight);
        LaneSums.Totals(sums.Mean, sums.Lanes, gradient.Slice(Components, MeanSize));
        Span<float> logScale = gradient[(Components + MeanSize)..];
        LaneSums.Totals(sums.LogScale, sums.Lanes, logScale);
        LogScales.DropOutOfRange(_logScale, logScale);
    }

    /// <summary>The mixture without components lighter than min(minimum weight, half the heaviest), but for those that
    /// <see cref="LightComponents"/> finds ordinary: what is left is renormalized.</summary>
    public override Distribution Freeze(ReadOnlySpan<float> parameters)
    {
        var logWeights = new double[Components];
        LogSoftmax(parameters[..Components], logWeights);
        double lightest = Math.Min(_minimumWeight, 0.5 * Math.Exp(logWeights.Max()));
        double[] weights = Array.ConvertAll(logWeights, Math.Exp);
        int[] light = [.. Enumerable.Range(0, Components).Where(m => weights[m] < lightest)];
        var all = new NormalMixture(
            Dimension,
            Array.ConvertAll(weights, weight => (float)weight),
            parameters.Slice(Components, MeanSize).ToArray(),
            LogScales.Exp(parameters[(Components + MeanSize)..]),
            Categories?.Tables);
        HashSet<int> ordinary = Categories is null ? [] : LightComponents.Ordinary(all, light, lightest);
        return all.Take([.. Enumerable.Range(0, Components).Except(light.Except(ordinary))]);
    }

    private void Start(MixedStart start, Span<float> parameters)
    {
        for (int m = 0; m < Components; m++)
            parameters[m] = (float)start.LogWeights[m];
        start.Mean.CopyTo(parameters[Components..]);
        Span<float> logScale = parameters[(Components + MeanSize)..];
        for (int i = 0; i < logScale.Length; i++)
            logScale[i] = (float)(0.5 * Math.Log(start.Variance[i]));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LogSoftmax(ReadOnlySpan<float> logits, Span<double> logWeights)
    {
        double max = TensorPrimitives.Max(logits), sum = 0;
        foreach (float logit in logits)
            sum += Math.Exp(logit - max);
        double logSum = Math.Log(sum);
        for (int m = 0; m < logits.Length; m++)
            logWeights[m] = logits[m] - max - logSum;
    }

    private sealed class Sums(int components, int dimension, int scales, SimdWidth width) : Accumulator
    {
        public int Lanes { get; } = (int)width;

        public double TotalWeight { get; set; }

        public AlignedBuffer Responsibility { get; } = new(components * (int)width);

        public AlignedBuffer Mean { get; } = new(components * dimension * (int)width);

        public AlignedBuffer LogScale { get; } = new(scales * (int)width);

        public AlignedBuffer Weights { get; } = new(RowBlock.Rows);

        public override void Clear()
        {
            TotalWeight = 0;
            Responsibility.Clear();
            Mean.Clear();
            LogScale.Clear();
        }

        public override void Add(Accumulator other)
        {
            var sums = (Sums)other;
            TotalWeight += sums.TotalWeight;
            TensorPrimitives.Add(Responsibility.Span, sums.Responsibility.Span, Responsibility.Span);
            TensorPrimitives.Add(Mean.Span, sums.Mean.Span, Mean.Span);
            TensorPrimitives.Add(LogScale.Span, sums.LogScale.Span, LogScale.Span);
        }
    }
}
