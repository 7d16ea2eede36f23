using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions.Categories;

/// <summary>How much of each row belongs to each component of a mixture, as far as it matters: few components have a part in a
/// row.</summary>
/// <param name="components">M.</param>
internal sealed class ComponentShares(int components)
{
    // Together, parts below this would change a share by about as much as one row in a thousand does.
    private const double Negligible = 1e-3;
    private readonly List<int> _rows = [];
    private readonly List<int> _ends = [];
    private readonly List<int> _component = [];
    private readonly List<float> _share = [];
    private readonly double[] _terms = new double[components];

    public int Components => components;

    /// <summary>[M], the rows that belong to each, by weight.</summary>
    public double[] Totals { get; } = new double[components];

    /// <summary>Adds a row of a block whose components' terms l_m stand in its scratch columns.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="weight">Its weight.</param>
    /// <param name="block">The block.</param>
    /// <param name="lane">Where it stands there.</param>
    /// <returns>The logarithm of the sum of the terms.</returns>
    public double Add(int row, double weight, RowBlock block, int lane)
    {
        double max = double.NegativeInfinity, sum = 0, kept = 0;
        for (int m = 0; m < components; m++)
            max = Math.Max(max, _terms[m] = block.Values[(block.Dimension + m) * RowBlock.Rows + lane]);
        for (int m = 0; m < components; m++)
            sum += _terms[m] = Math.Exp(_terms[m] - max);
        for (int m = 0; m < components; m++)
            kept += _terms[m] = _terms[m] >= Negligible * sum ? _terms[m] : 0;
        for (int m = 0; m < components; m++)
        {
            if (_terms[m] > 0)
                Part(m, weight * _terms[m] / kept);
        }

        _rows.Add(row);
        _ends.Add(_component.Count);
        return max + Math.Log(sum);
    }

    /// <summary>Adds a row that belongs to one component.</summary>
    public void Add(int row, int component)
    {
        Part(component, 1);
        _rows.Add(row);
        _ends.Add(_component.Count);
    }

    /// <summary>Adds the last row's features, by its parts, to sums per component.</summary>
    /// <param name="features">[d].</param>
    /// <param name="sums">[M, d].</param>
    /// <param name="squares">[M, d].</param>
    public void AddMoments(ReadOnlySpan<float> features, double[] sums, double[] squares)
    {
        for (int i = _ends.Count == 1 ? 0 : _ends[^2]; i < _ends[^1]; i++)
        {
            int entry = _component[i] * features.Length;
            double share = _share[i];
            foreach (double value in features)
            {
                sums[entry] += share * value;
                squares[entry++] += share * value * value;
            }
        }
    }

    /// <summary>The rows in ascending order of their code in a column.</summary>
    /// <param name="codes">[n, columns].</param>
    /// <param name="column">The column.</param>
    /// <param name="size">Its codes, missing included.</param>
    /// <returns>[size + 1] where each code's rows begin, and the places of the rows.</returns>
    public (int[] Starts, int[] Order) ByCode(CodeMatrix codes, int column, int size)
    {
        var starts = new int[size + 1];
        foreach (int row in _rows)
            starts[codes.Row(row)[column] + 1]++;
        for (int code = 0; code < size; code++)
            starts[code + 1] += starts[code];
        int[] next = starts[..^1], order = new int[_rows.Count];
        for (int i = 0; i < _rows.Count; i++)
            order[next[codes.Row(_rows[i])[column]]++] = i;
        return (starts, order);
    }

    /// <summary>Adds the parts of the row at a place to the components' sums.</summary>
    /// <param name="place">Counted from 0.</param>
    /// <param name="sums">[M].</param>
    /// <param name="touched">Receives the components whose sum was 0.</param>
    public void AddTo(int place, double[] sums, List<int> touched)
    {
        for (int i = place == 0 ? 0 : _ends[place - 1]; i < _ends[place]; i++)
        {
            if (sums[_component[i]] == 0)
                touched.Add(_component[i]);
            sums[_component[i]] += _share[i];
        }
    }

    private void Part(int component, double share)
    {
        _component.Add(component);
        _share.Add((float)share);
        Totals[component] += share;
    }
}
