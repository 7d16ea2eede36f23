using MLNet.Flows.Distributions;
using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>Counts anew which component's rows have which categories, under the present weights: the step of expectation
/// maximization for what no gradient trains. The same for every engine.</summary>
internal static class CategoryRecount
{
    /// <summary>Rows that are counted while training goes on, from all over the training rows.</summary>
    public const int MostRows = 10_000;

    /// <param name="task">The flow and the data.</param>
    /// <param name="parameters">Of the flow.</param>
    /// <param name="all">Whether all training rows count; else at most <see cref="MostRows"/>.</param>
    public static void Run(TrainingTask task, ReadOnlySpan<float> parameters, bool all)
    {
        if (task.Flow.Base is not TrainableNormalMixture { Categories: TrainableCategories categories } mixture)
            return;
        task.Flow.SetParameters(parameters);
        int[] train = task.Split.Train, rows = train;
        if (!all && train.Length > MostRows)
            rows = [.. Enumerable.Range(0, MostRows).Select(i => train[(int)((long)i * train.Length / MostRows)])];
        float[] weights = Array.ConvertAll(rows, row => task.Weights.Length == 0 ? 1 : task.Weights[row]);
        if (task.Settings.TrimFraction > 0)
        {
            var values = new float[rows.Length];
            Visit(task, categories, rows, (block, first) => block.LogProb.Span[..block.Count].CopyTo(values.AsSpan(first)));
            BatchTrimming.Apply(values, weights, (float)task.Settings.TrimFraction);
        }

        var shares = new ComponentShares(mixture.Components);
        Visit(task, categories, rows, (block, first) =>
        {
            for (int r = 0; r < block.Count; r++)
            {
                if (weights[first + r] > 0)
                    shares.Add(rows[first + r], weights[first + r], block, r);
            }
        });
        categories.Fit(shares);
    }

    private static void Visit(
        TrainingTask task, TrainableCategories categories, int[] rows, Action<RowBlock, int> visit)
    {
        var block = new RowBlock(
            task.Data.Dimension,
            task.Flow.ScratchColumns,
            contextColumns: task.Context?.Dimension ?? 0,
            categoryColumns: categories.Codes.Columns);
        for (int start = 0; start < rows.Length; start += RowBlock.Rows)
        {
            ReadOnlySpan<int> some = rows.AsSpan(start, Math.Min(RowBlock.Rows, rows.Length - start));
            BlockLoader.Load(task.Data, some, block);
            if (task.Context is not null)
                BlockLoader.LoadContext(task.Context, some, block);
            block.Categories!.Load(categories.Codes, some);
            task.Flow.LogProb(block);
            visit(block, start);
        }
    }
}
