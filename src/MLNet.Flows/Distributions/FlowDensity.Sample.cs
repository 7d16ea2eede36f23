using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

internal sealed partial class FlowDensity
{
    /// <summary>Draws rows [n, FeatureCount] in original units: base, then the inverse bijections from the last to the
    /// first.</summary>
    /// <param name="random">Draws them.</param>
    /// <param name="contexts">[n, ContextColumns], finite: what each row is given.</param>
    /// <param name="rows">Receives the rows.</param>
    /// <param name="categories">[n, CategoryColumns]; receives their codes, never one of unseen values.</param>
    public void Sample(
        RandomStream random, ReadOnlySpan<float> contexts, Span<float> rows, Span<int> categories = default)
    {
        int[] active = Columns.ActiveColumns;
        int total = FeatureCount > 0 ? rows.Length / FeatureCount : categories.Length / CategoryColumns;
        RequireCategories(categories.Length, total);
        var block = new DoubleBlock(active.Length, ContextColumns, CategoryColumns);
        var context = new float[ContextColumns];
        for (int start = 0; start < total; start += RowBlock.Rows)
        {
            int count = Math.Min(RowBlock.Rows, total - start);
            for (int r = 0; Context is not null && r < count; r++)
            {
                contexts.Slice((start + r) * context.Length, context.Length).CopyTo(context);
                Context.Apply(context);
                for (int c = 0; c < context.Length; c++)
                    block.Context[c * RowBlock.Rows + r] = context[c];
            }

            Chain.Sample(random, block);
            block.Categories.AsSpan(0, count * CategoryColumns).CopyTo(categories[(start * CategoryColumns)..]);
            for (int r = 0; r < count; r++)
            {
                Span<float> row = rows.Slice((start + r) * FeatureCount, FeatureCount);
                for (int i = 0; i < Columns.ConstantColumns.Length; i++)
                    row[Columns.ConstantColumns[i]] = Saturate(Columns.Constants.Sample(i, random));
                for (int j = 0; j < active.Length; j++)
                    row[active[j]] = Saturate(block.Values[j * RowBlock.Rows + r]);
            }
        }
    }

    private static float Saturate(double value) => (float)Math.Clamp(value, float.MinValue, float.MaxValue);
}
