using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>What rows are scored by: one flow, or the consensus of several over the same columns.</summary>
/// <remarks>
/// With l_m = log p_m(x) of M flows, in nats:
/// log p(x) = log (1/M) sum_m exp l_m, the density of their mixture with equal shares, exact and normalized; Score = -(1/M) sum_m
/// l_m, a product of experts without its constant, which ranks better where flows differ in kind. By Jensen's inequality Score is
/// at least -log p(x). Of one flow both are its own, to the bit. Values saturate at the ends of the Single range before the
/// mean, which is taken in double precision, so that it is finite. Immutable and thread-safe.
/// </remarks>
internal sealed class RowDensity
{
    /// <summary>Flows in a consensus, at most.</summary>
    public const int MaximumFlows = 100;

    private readonly FlowDensity[] _flows;

    /// <param name="flows">One or more, over the same features, context and categories.</param>
    public RowDensity(params FlowDensity[] flows) => _flows = flows;

    public IReadOnlyList<FlowDensity> Flows => _flows;

    /// <summary>The flow where there is one alone.</summary>
    /// <exception cref="InvalidOperationException">There are several.</exception>
    public FlowDensity Flow => _flows.Length == 1
        ? _flows[0]
        : throw new InvalidOperationException($"This is a consensus of {_flows.Length} flows, none of which stands for it.");

    /// <summary>How what rows are given is scaled; null where they are given nothing.</summary>
    public ContextScale? Context => _flows[0].Context;

    /// <summary>Length of what a row is given; 0 for nothing.</summary>
    public int ContextColumns => _flows[0].ContextColumns;

    /// <summary>Categorical columns of a row; 0 for none.</summary>
    public int CategoryColumns => _flows[0].CategoryColumns;

    /// <summary>Length of a row of features; 0 where all columns are categorical.</summary>
    public int FeatureCount => _flows[0].FeatureCount;

    /// <summary>For one caller.</summary>
    public DensityScorer CreateScorer() => new(_flows);

    /// <summary>Draws rows [n, FeatureCount] in original units: of several flows each row from one of them, chosen with equal
    /// shares. A row does not depend on how many are drawn behind it.</summary>
    /// <param name="random">Draws them.</param>
    /// <param name="contexts">[n, ContextColumns], finite: what each row is given.</param>
    /// <param name="rows">Receives the rows.</param>
    /// <param name="categories">[n, CategoryColumns]; receives their codes, never one of unseen values.</param>
    public void Sample(
        RandomStream random, ReadOnlySpan<float> contexts, Span<float> rows, Span<int> categories = default)
    {
        if (_flows.Length == 1)
        {
            _flows[0].Sample(random, contexts, rows, categories);
            return;
        }

        int columns = FeatureCount, given = ContextColumns, codes = CategoryColumns;
        int[] seeds = Array.ConvertAll(_flows, _ => (int)random.NextUInt64());
        var chosen = new int[columns > 0 ? rows.Length / columns : categories.Length / codes];
        foreach (ref int flow in chosen.AsSpan())
            flow = random.NextInt32(_flows.Length);
        for (int m = 0; m < _flows.Length; m++)
        {
            int[] own = [.. Enumerable.Range(0, chosen.Length).Where(row => chosen[row] == m)];
            var context = new float[own.Length * given];
            var drawn = new float[own.Length * columns];
            var drawnCodes = new int[own.Length * codes];
            for (int i = 0; i < own.Length; i++)
                contexts.Slice(own[i] * given, given).CopyTo(context.AsSpan(i * given));
            _flows[m].Sample(new RandomStream(seeds[m], RandomStreams.Draws), context, drawn, drawnCodes);
            for (int i = 0; i < own.Length; i++)
            {
                drawn.AsSpan(i * columns, columns).CopyTo(rows[(own[i] * columns)..]);
                drawnCodes.AsSpan(i * codes, codes).CopyTo(categories[(own[i] * codes)..]);
            }
        }
    }

    /// <summary>Shows the visitor the parts of the flow, or of each flow within its bounds.</summary>
    public void Accept(DensityVisitor visitor)
    {
        for (int m = 0; m < _flows.Length; m++)
        {
            if (_flows.Length > 1)
                visitor.EnterFlow(m, _flows.Length);
            _flows[m].Accept(visitor);
            if (_flows.Length > 1)
                visitor.LeaveFlow();
        }
    }
}
