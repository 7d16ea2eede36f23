using System.Numerics.Tensors;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions.Categories;

/// <summary>The categorical columns of a mixture: within a component they are independent, log p(c | k) = sum_j log
/// theta_kj[c_j]. Immutable and thread-safe.</summary>
internal sealed class CategoryTables
{
    private const int MaximumColumns = 1 << 20;
    private const double HarmlessSharesPerRow = 0.2;
    private const double SmoothingPerShare = 10;
    private const double MostLeastSmoothing = 16;
    private readonly CategoryColumn[] _columns;
    private int[][]? _modes;

    /// <param name="columns">One or more, of as many components each.</param>
    public CategoryTables(CategoryColumn[] columns) => _columns = columns;

    /// <summary>Categorical columns.</summary>
    public int Columns => _columns.Length;

    /// <summary>M.</summary>
    public int Components => _columns[0].Components;

    public IReadOnlyList<CategoryColumn> Each => _columns;

    /// <summary>Fits all columns to the components' rows.</summary>
    /// <param name="shares">Of the rows.</param>
    /// <param name="codes">[n, columns].</param>
    /// <param name="background">Over rows that include these.</param>
    /// <remarks>Rows left out one by one choose the smoothing of each column, but they know only of its counts, not that
    /// components were found among the same rows. Where components have more than a share for every five rows,
    /// some learn a few rows by heart, anomalies too. So the smoothing is at least ten times what there are more shares per
    /// row than that, up to 16: on sets of 300 to 700 rows of 16 and 35 categories that ranked far better, and on others the
    /// same (docs/how-to/categories.md).</remarks>
    public static CategoryTables Fit(ComponentShares shares, CodeMatrix codes, CategoryBackground background)
    {
        double perRow = shares.Components * background.FreeShares / background.Rows;
        double least = Math.Clamp(SmoothingPerShare * (perRow - HarmlessSharesPerRow), 0, MostLeastSmoothing);
        return new CategoryTables(
            [.. Enumerable.Range(0, codes.Columns).Select(j => CategoryColumn.Fit(shares, codes, j, background, least))]);
    }

    /// <summary>Sets log p(c | k) for every component.</summary>
    /// <param name="codes">[columns].</param>
    /// <param name="logShares">[M].</param>
    public void LogShares(ReadOnlySpan<int> codes, Span<float> logShares)
    {
        logShares.Clear();
        float common = 0;
        for (int j = 0; j < _columns.Length; j++)
            _columns[j].AddLogShares(codes[j], logShares, ref common);
        TensorPrimitives.Add(logShares, common, logShares);
    }

    /// <summary>[M], a value's share in each component.</summary>
    public double[] Shares(int column, int code)
    {
        var logShares = new float[Components];
        One(column, code, logShares);
        return Array.ConvertAll(logShares, logShare => Math.Exp(logShare));
    }

    /// <summary>Adds log p(c | k) to the terms of a block's components, in its scratch columns.</summary>
    public void AddTo(RowBlock block)
    {
        CategoryLanes lanes = block.Categories
            ?? throw new InvalidOperationException($"A block holds no categories, but what runs on it reads {Columns} columns.");
        int components = Components;
        Span<float> logShares = stackalloc float[components];
        float[] start = [], way = [];
        if (lanes.Path is CategoryPath path)
        {
            (float[] from, float[] change) = Ends(path);
            (start, way) = (Sum(from), Sum(change));
        }

        for (int r = 0; r < RowBlock.Rows; r++)
        {
            if (lanes.Path is null)
                LogShares(lanes.Row(r), logShares);
            else
                TensorPrimitives.MultiplyAdd(way, lanes.Path.Positions[r], start, logShares);
            for (int m = 0; m < components; m++)
                block.Values[(block.Dimension + m) * RowBlock.Rows + r] += logShares[m];
        }
    }

    /// <summary>Sets the slopes of a block's path: sum_k r_k (log theta_k at its end - at its start), column by column.</summary>
    /// <param name="block">Whose terms and LogProb are in place.</param>
    public void Slopes(RowBlock block)
    {
        CategoryPath path = block.Categories!.Path!;
        (_, float[] change) = Ends(path);
        int components = Components;
        Array.Clear(path.Slopes);
        for (int r = 0; r < RowBlock.Rows; r++)
        {
            for (int m = 0; m < components; m++)
            {
                float responsibility =
                    MathF.Exp(block.Values[(block.Dimension + m) * RowBlock.Rows + r] - block.LogProb[r]);
                for (int j = 0; responsibility > 0 && j < Columns; j++)
                    path.Slopes[j * RowBlock.Rows + r] += responsibility * change[j * components + m];
            }
        }
    }

    /// <summary>The code that a component has most of, column by column.</summary>
    public int[] Modes(int component)
    {
        _modes ??= Array.ConvertAll(_columns, column => column.Modes());
        return Array.ConvertAll(_modes, each => each[component]);
    }

    /// <summary>Draws the codes of a row of a component.</summary>
    public void Draw(int component, RandomStream random, Span<int> codes)
    {
        for (int j = 0; j < codes.Length; j++)
            codes[j] = _columns[j].Draw(component, random);
    }

    /// <summary>The tables of some of the components.</summary>
    public CategoryTables Take(int[] components) => new(Array.ConvertAll(_columns, column => column.Take(components)));

    /// <summary>The same tables, where an unseen value makes a row less likely than all of a range; where many new rows have one,
    /// it counts half a row as before.</summary>
    /// <param name="range">Between the likeliest and the least likely row, in nats.</param>
    public CategoryTables WithUnseenBeyond(double range) => new(Array.ConvertAll(
        _columns, column => column.MeetsNewValues
            ? column
            : column.WithUnseen((float)Math.Max(column.LogUnseen - 2 * range, -1e30))));

    public void Write(ModelWriter writer)
    {
        writer.Write(Columns);
        foreach (CategoryColumn column in _columns)
            column.Write(writer);
    }

    /// <param name="reader">The file.</param>
    /// <param name="components">M.</param>
    public static CategoryTables Read(ModelReader reader, int components)
    {
        int count = reader.ReadInt32();
        reader.Check(count is >= 1 and <= MaximumColumns, $"{count} categorical columns");
        reader.CheckRemaining((long)count * (components + 4L) * sizeof(float));
        reader.Reserve(count * 256L);
        var columns = new CategoryColumn[count];
        for (int j = 0; j < count; j++)
            columns[j] = CategoryColumn.Read(reader, components);
        return new CategoryTables(columns);
    }

    // [columns, M] each: log theta at the start of a path, and what the way to its end adds.
    private (float[] From, float[] Change) Ends(CategoryPath path)
    {
        int components = Components;
        float[] from = new float[Columns * components], change = new float[from.Length];
        for (int j = 0; j < Columns; j++)
        {
            Span<float> start = from.AsSpan(j * components, components), way = change.AsSpan(j * components, components);
            One(j, path.From[j], start);
            One(j, path.To[j], way);
            TensorPrimitives.Subtract(way, start, way);
        }

        return (from, change);
    }

    private void One(int column, int code, Span<float> logShares)
    {
        logShares.Clear();
        float common = 0;
        _columns[column].AddLogShares(code, logShares, ref common);
        TensorPrimitives.Add(logShares, common, logShares);
    }

    // [M]: over the columns.
    private float[] Sum(float[] ofColumns)
    {
        var sum = new float[Components];
        for (int j = 0; j < Columns; j++)
            TensorPrimitives.Add<float>(sum, ofColumns.AsSpan(j * sum.Length, sum.Length), sum);
        return sum;
    }
}
