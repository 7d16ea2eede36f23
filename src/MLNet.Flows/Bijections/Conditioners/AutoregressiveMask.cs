namespace MLNet.Flows.Bijections.Conditioners;

/// <summary>Which weights of a perceptron may differ from 0, so that what it gives for a column depends on the columns before it
/// alone (MADE; Germain, Gregor, Murray and Larochelle 2015, arXiv:1502.03509, section 3).</summary>
/// <remarks>
/// 1. Inputs are the context, of degree 0, and the columns in their order, of degrees 1 to d. A hidden unit has a degree of 1 to
/// d - 1, or with a context, or a single column, of 0 to d - 1; units of a layer share the degrees out evenly, ascending.
/// 2. A hidden unit of degree m sees inputs, or units of the layer before, of degrees up to m; an output for the column of degree
/// j sees units below j.
/// 3. So each unit sees a prefix of the layer before, and prefixes grow with the units: what is masked is one triangle of blocks.
/// </remarks>
internal sealed class AutoregressiveMask
{
    private readonly int[][] _prefixes;

    /// <param name="dimension">d, at least 1.</param>
    /// <param name="hiddenUnits">Units of each hidden layer.</param>
    /// <param name="parameters">Outputs per column; output p d + i is the column of degree i + 1's.</param>
    /// <param name="context">Columns of the context.</param>
    public AutoregressiveMask(int dimension, int[] hiddenUnits, int parameters, int context = 0)
    {
        Widths = [context + dimension, .. hiddenUnits, checked(parameters * dimension)];
        int[] degrees = [.. new int[context], .. Enumerable.Range(1, dimension)];
        int lowest = context > 0 ? 0 : Math.Min(1, dimension - 1);
        _prefixes = new int[Widths.Length - 1][];
        for (int l = 1; l < Widths.Length; l++)
        {
            bool last = l == Widths.Length - 1;
            int width = Widths[l];
            int[] seen = degrees, own = new int[width];
            for (int unit = 0; unit < width; unit++)
                own[unit] = last ? unit % dimension : lowest + (int)((long)unit * (dimension - lowest) / width);
            _prefixes[l - 1] = Array.ConvertAll(own, degree => seen.TakeWhile(each => each <= degree).Count());
            degrees = own;
        }
    }

    /// <summary>Inputs, units of each hidden layer, outputs.</summary>
    public int[] Widths { get; }

    /// <summary>How many units of the layer before a layer's unit sees: the first ones.</summary>
    public ReadOnlySpan<int> Prefixes(int layer) => _prefixes[layer];

    /// <summary>[parameters of the perceptron] of 1 where a weight may differ from 0, and for biases, else 0.</summary>
    public float[] Flat()
    {
        var flat = new List<float>();
        for (int l = 0; l < _prefixes.Length; l++)
        {
            foreach (int prefix in _prefixes[l])
                flat.AddRange(Enumerable.Range(0, Widths[l]).Select(input => input < prefix ? 1f : 0));
            flat.AddRange(Enumerable.Repeat(1f, Widths[l + 1]));
        }

        return [.. flat];
    }
}
