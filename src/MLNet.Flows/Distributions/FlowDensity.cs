using System.Numerics.Tensors;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>The density of rows in original units: columns that vary go through a chain of bijections to a base
/// distribution.</summary>
/// <remarks>
/// log p(x) = log p_Z(f(x)) + log|det df/dx| + log p(constant columns), in nats. A row with a missing or infinite feature has
/// NaN; every finite row has a finite value, saturating at the ends of the Single range. Immutable and thread-safe: workspaces
/// are per caller. With a context it is log p(x | context): bijections see what each row is given, standardized, and a row whose
/// context is missing or infinite has NaN too. With categorical columns it is the density of the features and the categories'
/// codes together; any code has a share.
/// </remarks>
internal sealed partial class FlowDensity
{
    private readonly bool _allActive;
    private readonly Standardization? _onLoading;

    /// <param name="columns">Which columns vary, and how the others are distributed.</param>
    /// <param name="chain">The flow of the columns that vary.</param>
    /// <param name="context">How what rows are given is scaled; null where they are given nothing.</param>
    public FlowDensity(ColumnPartition columns, Transformed chain, ContextScale? context = null)
    {
        Context = context;
        Columns = columns;
        Chain = chain;
        _allActive = columns.ConstantColumns.Length == 0;
        _onLoading = _allActive ? chain.Bijections.FirstOrDefault() as Standardization : null;
    }

    public ColumnPartition Columns { get; }

    public Transformed Chain { get; }

    /// <summary>How what rows are given is scaled; null where they are given nothing.</summary>
    public ContextScale? Context { get; }

    /// <summary>Length of what a row is given; 0 for nothing.</summary>
    public int ContextColumns => Context?.Columns ?? 0;

    /// <summary>Categorical columns of a row; 0 for none.</summary>
    public int CategoryColumns => Chain.CategoryColumns;

    /// <summary>Length of a row of features; 0 where all columns are categorical.</summary>
    public int FeatureCount => Columns.FeatureCount;

    internal int ScratchColumns => Chain.InPlaceScratchColumns;

    /// <summary>Whether rows in a block are the same after loading as those of another density.</summary>
    public bool LoadsLike(FlowDensity other) =>
        _onLoading is not null && other._onLoading is { } first && _onLoading.SameAs(first);

    public FlowWorkspace CreateWorkspace(SimdWidth? width = null) => new(this, width);

    /// <summary>Scores rows [n, FeatureCount] of codes [n, CategoryColumns] given contexts [n, ContextColumns], row-major, in
    /// blocks of 64. With <paramref name="loaded"/> they are at most 64, and what a density that loads likewise made of
    /// them.</summary>
    public void LogProb(
        ReadOnlySpan<float> rows,
        ReadOnlySpan<float> contexts,
        Span<float> result,
        FlowWorkspace workspace,
        ReadOnlySpan<int> categories = default,
        LoadedRows? loaded = null)
    {
        RequireCategories(categories.Length, result.Length);
        for (int start = 0; start < result.Length; start += RowBlock.Rows)
        {
            int count = Math.Min(RowBlock.Rows, result.Length - start);
            ReadOnlySpan<float> given = contexts.Slice(start * ContextColumns, count * ContextColumns);
            Span<float> some = result.Slice(start, count);
            LoadContext(given, count, workspace.Block);
            workspace.Block.Categories?.Load(categories.Slice(start * CategoryColumns, count * CategoryColumns));
            LogProbBlock(rows.Slice(start * FeatureCount, count * FeatureCount), some, workspace, loaded);
            for (int r = 0; ContextColumns > 0 && r < count; r++)
            {
                if (!Finite.All(given.Slice(r * ContextColumns, ContextColumns)))
                    some[r] = float.NaN;
            }
        }
    }

    /// <summary>Scores one row given its context; the same bits as in a block.</summary>
    public float LogProbOfRow(
        ReadOnlySpan<float> features,
        ReadOnlySpan<float> context,
        FlowWorkspace workspace,
        ReadOnlySpan<int> categories = default)
    {
        RequireCategories(categories.Length, rows: 1);
        RowWorkspace row = workspace.Row;
        Span<float> values = row.Values.Span;
        if (!Finite.All(features) || !Finite.All(context))
            return float.NaN;
        context.CopyTo(row.Context.Span);
        Context?.Apply(row.Context.Span[..ContextColumns]);
        categories.CopyTo(row.Categories);

        int[] active = Columns.ActiveColumns;
        if (_allActive)
            features.CopyTo(values);
        else
            for (int j = 0; j < active.Length; j++)
                values[j] = features[active[j]];

        return Finish(Chain.LogProbInPlace(row), features);
    }

    /// <summary>Scores rows whose first bijections have been applied and whose constant columns, at their constants, have been
    /// left out; the same bits as from the original rows.</summary>
    /// <param name="rows">[n, active columns].</param>
    /// <param name="contexts">[n, ContextColumns], standardized; null without a context.</param>
    /// <param name="first">The first row to be scored.</param>
    /// <param name="applied">How many bijections have been applied.</param>
    /// <param name="logDets">[n]: the log-determinants of those, added up in their order.</param>
    /// <param name="result">As many as are to be scored.</param>
    /// <param name="workspace">Of this density.</param>
    /// <param name="categories">[n, CategoryColumns]; null without categories.</param>
    public void LogProbPreprocessed(
        FeatureMatrix rows,
        FeatureMatrix? contexts,
        int first,
        int applied,
        ReadOnlySpan<float> logDets,
        Span<float> result,
        FlowWorkspace workspace,
        CodeMatrix? categories = null)
    {
        RequireCategories(categories?.Columns ?? 0, rows: 1);
        var features = new float[FeatureCount];
        for (int i = 0; i < Columns.ConstantColumns.Length; i++)
            features[Columns.ConstantColumns[i]] = Columns.ConstantValues[i];

        RowBlock block = workspace.Block;
        for (int start = 0; start < result.Length; start += RowBlock.Rows)
        {
            block.Count = Math.Min(RowBlock.Rows, result.Length - start);
            for (int r = 0; r < block.Count; r++)
            {
                ReadOnlySpan<float> row = rows.Row(first + start + r);
                for (int d = 0; d < row.Length; d++)
                    block.Values[d * RowBlock.Rows + r] = row[d];
                for (int c = 0; c < ContextColumns; c++)
                    block.Context[c * RowBlock.Rows + r] = contexts!.Row(first + start + r)[c];
                categories?.Row(first + start + r).CopyTo(block.Categories!.Row(r));
            }

            logDets.Slice(first + start, block.Count).CopyTo(block.LogDet.Span);
            Chain.LogProbInPlace(block, applied);
            for (int r = 0; r < block.Count; r++)
                result[start + r] = Finish(block.LogProb[r] + block.LogDet[r], features);
        }
    }

    /// <summary>The latent vector of a row [FeatureCount]: active columns through the bijections, constant columns as normal
    /// values that are as unlikely; NaN where the row has a missing or infinite feature or context.</summary>
    public void Latent(
        ReadOnlySpan<float> features,
        ReadOnlySpan<float> context,
        Span<float> latent,
        FlowWorkspace workspace,
        ReadOnlySpan<int> categories = default)
    {
        if (float.IsNaN(LogProbOfRow(features, context, workspace, categories)))
        {
            latent.Fill(float.NaN);
            return;
        }

        ReadOnlySpan<float> z = workspace.Row.Values.Span;
        for (int j = 0; j < Columns.ActiveColumns.Length; j++)
            latent[Columns.ActiveColumns[j]] = z[j];
        for (int i = 0; i < Columns.ConstantColumns.Length; i++)
            latent[Columns.ConstantColumns[i]] = Columns.Constants.Latent(i, features[Columns.ConstantColumns[i]]);
    }

    /// <summary>Shows the visitor the columns and the parts of the chain.</summary>
    public void Accept(DensityVisitor visitor)
    {
        visitor.Visit(Columns);
        Chain.Accept(visitor);
    }

    public void Write(ModelWriter writer)
    {
        Columns.Write(writer);
        if (Context is null)
            writer.Write(0);
        else
            Context.Write(writer);
        Chain.Write(writer);
    }

    /// <summary>The same density but for what a departure from constant columns costs: it is less likely than all of these
    /// rows.</summary>
    /// <param name="logLikelihoods">Of rows that keep all constants.</param>
    public FlowDensity WithDeparturesBelow(ReadOnlySpan<float> logLikelihoods) =>
        new(Columns.WithDeparturesBelow(logLikelihoods), Chain, Context);

    /// <summary>The same density, where a category's unseen value makes a row less likely than all of these.</summary>
    /// <param name="logLikelihoods">Of rows without any.</param>
    public FlowDensity WithUnseenBelow(ReadOnlySpan<float> logLikelihoods)
    {
        if (CategoryColumns == 0)
            return this;
        double range = TensorPrimitives.Max(logLikelihoods) - (double)TensorPrimitives.Min(logLikelihoods);
        return new FlowDensity(Columns, (Transformed)Chain.WithUnseenBeyond(range), Context);
    }

    /// <param name="reader">The file.</param>
    /// <param name="version">Of the format.</param>
    public static FlowDensity Read(ModelReader reader, int version)
    {
        ColumnPartition columns = ColumnPartition.Read(reader, version);
        ContextScale? context = version < 4 ? null : ContextScale.Read(reader, version);
        Transformed chain = Transformed.Read(reader, outermost: DistributionKind.UniformMixture);
        reader.Check(
            chain.Dimension == columns.ActiveColumns.Length,
            $"a flow of dimension {chain.Dimension} for {columns.ActiveColumns.Length} columns that vary");
        reader.Check(columns.FeatureCount + chain.CategoryColumns > 0, "a flow of no column");
        reader.Check(
            chain.ContextColumns == 0 || chain.ContextColumns == context?.Columns,
            $"a flow that reads {chain.ContextColumns} columns of context where there are {context?.Columns ?? 0}");
        return new FlowDensity(columns, chain, context);
    }

    // Rows whose context is missing get values that no one reads.
    private void LoadContext(ReadOnlySpan<float> contexts, int count, RowBlock block)
    {
        if (Context is null)
            return;
        float[] scaled = contexts.ToArray();
        for (int r = 0; r < count; r++)
            Context.Apply(scaled.AsSpan(r * ContextColumns, ContextColumns));
        block.Count = count;
        BlockLoader.LoadContext(scaled, block);
    }

    private void RequireCategories(int codes, int rows)
    {
        if (codes != (long)rows * CategoryColumns)
            throw new ArgumentException(
                $"There are {codes} codes of categories for {rows} rows of {CategoryColumns} categorical columns.");
    }

    private void LogProbBlock(ReadOnlySpan<float> rows, Span<float> result, FlowWorkspace workspace, LoadedRows? loaded)
    {
        RowBlock block = workspace.Block;
        block.Count = result.Length;
        if (loaded is not null)
        {
            loaded.Into(block, workspace.Finite);
        }
        else if (_onLoading is not null)
        {
            _onLoading.Load(rows, block, workspace.Finite);
            workspace.Loaded?.From(block, workspace.Finite);
        }
        else
        {
            BlockLoader.Load(rows, FeatureCount, _allActive ? null : Columns.ActiveColumns, block);
            var check = new LikelihoodKernel.Finiteness(block, workspace.Finite);
            SimdDispatch.Run(block.Width, ref check);
            block.LogDet.Clear();
        }

        Chain.LogProbInPlace(block, first: _onLoading is null ? 0 : 1);

        if (_allActive)
        {
            var sum = new LikelihoodKernel.Total(block, workspace.Finite);
            SimdDispatch.Run(block.Width, ref sum);
            workspace.Finite.Span[..result.Length].CopyTo(result);
            return;
        }

        ReadOnlySpan<float> logProb = block.LogProb.Span, logDet = block.LogDet.Span, finite = workspace.Finite.Span;
        for (int r = 0; r < result.Length; r++)
        {
            ReadOnlySpan<float> features = rows.Slice(r * FeatureCount, FeatureCount);
            float constants = finite[r];
            foreach (int column in Columns.ConstantColumns)
                constants += features[column] * 0f;
            result[r] = constants == 0 ? Finish(logProb[r] + logDet[r], features) : float.NaN;
        }
    }

    private float Finish(float sum, ReadOnlySpan<float> features)
    {
        if (!_allActive)
            sum += Columns.ConstantLogProb(features);
        return Math.Clamp(sum, float.MinValue, float.MaxValue);
    }
}
