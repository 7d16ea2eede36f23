using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>A mixture of normals with diagonal covariance, one shared by all components or each its own; with categorical
/// columns p(z, c) = sum_k weight_k N(z; mean_k, scale_k) prod_j theta_kj[c_j].</summary>
internal sealed class NormalMixture : Distribution
{
    /// <summary>The most that options allow to train.</summary>
    public const int MaximumComponents = 1000;

    private readonly NormalMixtureParameters _parameters;
    private readonly SharedScaleMixture? _sharedScale;
    private readonly float[] _weights;
    private readonly float[] _mean;
    private readonly float[] _scale;

    /// <param name="dimension">d.</param>
    /// <param name="weights">[M], positive; they are normalized here.</param>
    /// <param name="mean">[M, d].</param>
    /// <param name="scale">[d], shared, or [M, d]; positive.</param>
    /// <param name="categories">Of the categorical columns; null for none.</param>
    public NormalMixture(int dimension, float[] weights, float[] mean, float[] scale, CategoryTables? categories = null)
        : base(dimension)
    {
        (_weights, _mean, _scale, Categories) = (weights, mean, scale, categories);
        _parameters = new NormalMixtureParameters(dimension, weights.Length);
        double total = weights.Sum(w => (double)w);
        _parameters.Set([.. weights.Select(w => Math.Log(w / total))], mean, scale);
        _sharedScale = SharedScale ? SharedScaleMixture.Of(_parameters) : null;
    }

    public int Components => _weights.Length;

    /// <summary>As the kernels read them.</summary>
    public NormalMixtureParameters Parameters => _parameters;

    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>[M, d].</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <summary>[d] when shared, else [M, d].</summary>
    public ReadOnlySpan<float> Scale => _scale;

    public bool SharedScale => _scale.Length == Dimension && Components != 1;

    /// <summary>Of the categorical columns; null for none.</summary>
    public CategoryTables? Categories { get; }

    public override int CategoryColumns => Categories?.Columns ?? 0;

    public override int ScratchColumns => _sharedScale?.ScratchColumns ?? Components;

    public override DistributionKind Kind => DistributionKind.NormalMixture;

    /// <summary>The mixture of some of the components, with the same proportions.</summary>
    /// <param name="components">Indices of those, at least one.</param>
    public NormalMixture Take(int[] components)
    {
        float total = components.Sum(m => _weights[m]);
        float[] Rows(float[] matrix) => [.. components.SelectMany(m => matrix.AsSpan(m * Dimension, Dimension).ToArray())];
        return new NormalMixture(
            Dimension, [.. components.Select(m => _weights[m] / total)], Rows(_mean), _scale.Length == Dimension
                ? _scale
                : Rows(_scale), Categories?.Take(components));
    }

    public override Distribution WithUnseenBeyond(double range) =>
        Categories is null ? this : new NormalMixture(Dimension, _weights, _mean, _scale, Categories.WithUnseenBeyond(range));

    public override void LogProb(RowBlock block)
    {
        block.RequireScratch(ScratchColumns);
        if (_sharedScale is null)
            LogProbAndTerms(block);
        else
            _sharedScale.LogProb(block, Categories);
    }

    // Leaves the terms in the scratch columns, for gradients.
    private void LogProbAndTerms(RowBlock block)
    {
        var operation = new NormalMixtureKernel.BlockLogProb(_parameters, block, Categories);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override float LogProb(RowWorkspace row)
    {
        if (row.Scratch.Length < ScratchColumns)
            throw new InvalidOperationException(
                $"A row has {row.Scratch.Length} floats of scratch, but the mixture writes {ScratchColumns}.");
        Span<float> logShares = stackalloc float[Categories is null ? 0 : Components];
        Categories?.LogShares(row.Categories, logShares);
        return _sharedScale is not null
            ? _sharedScale.LogProb(row, logShares)
            : NormalMixtureKernel.LogProb(_parameters, row.Values.Span, row.Scratch.Span, logShares);
    }

    public override void LogProbGradient(RowBlock block, RowBlock gradient)
    {
        LogProbAndTerms(block);
        var operation = new NormalMixtureKernel.InputGradient(_parameters, block, gradient);
        SimdDispatch.Run(block.Width, ref operation);
        if (block.Categories?.Path is not null)
            Categories?.Slopes(block);
    }

    public override void Sample(RandomStream random, Span<float> point) => Sample(random, point, codes: []);

    public override void Sample(RandomStream random, DoubleBlock block)
    {
        var point = new float[Dimension];
        for (int r = 0; r < RowBlock.Rows; r++)
        {
            Sample(random, point, block.Categories.AsSpan(r * block.CategoryColumns, block.CategoryColumns));
            for (int d = 0; d < point.Length; d++)
                block.Values[d * RowBlock.Rows + r] = point[d];
        }
    }

    private void Sample(RandomStream random, Span<float> point, Span<int> codes)
    {
        double u = random.NextDouble() * _weights.Sum(w => (double)w);
        int component = 0;
        while (component < Components - 1 && (u -= _weights[component]) >= 0)
            component++;
        int scale = _scale.Length == Dimension ? 0 : component;
        for (int d = 0; d < Dimension; d++)
            point[d] = (float)(_mean[component * Dimension + d] + _scale[scale * Dimension + d] * random.NextGaussian());
        Categories?.Draw(component, random, codes);
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(Components);
        writer.Write(_scale.Length == Dimension);
        writer.Write(_weights);
        writer.Write(_mean);
        writer.Write(_scale);
        Categories?.Write(writer);
    }

    /// <param name="reader">The file.</param>
    /// <param name="withCategories">Whether there are categorical columns; then there may be no others.</param>
    public static NormalMixture Read(ModelReader reader, bool withCategories = false)
    {
        int dimension = reader.ReadInt32(), components = reader.ReadInt32();
        bool shared = reader.ReadBoolean();
        reader.Check(
            dimension >= (withCategories ? 0 : 1) && dimension <= 1 << 24 && components is >= 1 and <= MaximumComponents,
            $"a mixture of {components} components of dimension {dimension}");
        reader.CheckRemaining(((1L + dimension) * components + (long)dimension * (shared ? 1 : components)) * sizeof(float));
        reader.Reserve((2L * dimension + 1) * components * sizeof(float));
        float[] weights = reader.ReadFiniteSingles(components);
        float[] mean = reader.ReadFiniteSingles(components * dimension);
        float[] scale = reader.ReadFiniteSingles(shared ? dimension : components * dimension);
        foreach (float value in weights.Concat(scale))
            reader.Check(value > 0, $"the weight or scale {value}");
        double total = weights.Sum(w => (double)w);
        reader.Check(Math.Abs(total - 1) < 1e-3, $"mixture weights that add up to {total}");
        return new NormalMixture(
            dimension, weights, mean, scale, withCategories ? CategoryTables.Read(reader, components) : null);
    }
}
