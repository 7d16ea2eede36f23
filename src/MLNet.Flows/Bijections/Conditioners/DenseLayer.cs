using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Conditioners;

/// <summary>y = W x + b, with the weights in the orders in which the kernels read them.</summary>
/// <remarks>Values that meet a layer, points and gradients alike, are clamped (<see cref="ValueLimit"/>), and no row or column of
/// W weighs more than 1e22: hence no sum leaves single precision, and no infinity can meet another or a zero.</remarks>
internal sealed class DenseLayer
{
    private const double LargestWeightSum = 1e22;
    private const int RowAlignment = 16;
    private readonly float[] _weights;
    private readonly float[] _bias;
    private readonly int[] _prefixes;
    private readonly Lazy<DensePanels> _transposed;
    private readonly Lazy<AlignedBuffer> _rows;

    /// <param name="inputs">At least 0; without inputs the outputs are the biases.</param>
    /// <param name="outputs">At least 1.</param>
    /// <param name="weights">[outputs, inputs], row-major.</param>
    /// <param name="bias">[outputs].</param>
    /// <exception cref="ArgumentException">The lengths do not agree, or weights are not finite or too large for single
    /// precision.</exception>
    public DenseLayer(int inputs, int outputs, float[] weights, float[] bias)
    {
        if (inputs < 0 || outputs < 1 || weights.Length != (long)inputs * outputs || bias.Length != outputs)
        {
            throw new ArgumentException($"A dense layer of {inputs} inputs and {outputs} outputs has {weights.Length} weights "
                + $"and {bias.Length} biases, "
                + "but needs at least one output, inputs x outputs weights and a bias per output.");
        }

        (Inputs, Outputs, _weights, _bias) = (inputs, outputs, weights, bias);
        CheckSizes();
        PaddedOutputs = Padded(outputs);
        Panels = new DensePanels(inputs, outputs);
        Panels.Set(weights, bias);
        _prefixes = Used();
        Restrict(Panels);
        Bias = new AlignedBuffer(PaddedOutputs);
        bias.CopyTo(Bias.Span);
        _rows = new Lazy<AlignedBuffer>(ByInputs);
        _transposed = new Lazy<DensePanels>(Transpose);
    }

    /// <summary>A layer of zeros, to be trained: <see cref="Set"/> gives it weights, for kernels on blocks alone.</summary>
    public DenseLayer(int inputs, int outputs)
        : this(inputs, outputs, new float[checked(inputs * outputs)], new float[outputs])
    {
        Array.Fill(_prefixes, inputs);
        Restrict(Panels);
    }

    /// <summary>Likewise, where each output has weights on the first inputs alone.</summary>
    /// <param name="inputs">At least 0.</param>
    /// <param name="prefixes">[outputs], how many inputs each has weights on.</param>
    public DenseLayer(int inputs, ReadOnlySpan<int> prefixes)
        : this(inputs, prefixes.Length)
    {
        prefixes.CopyTo(_prefixes);
        Restrict(Panels);
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>Outputs rounded up to whole vectors of the row kernel.</summary>
    public int PaddedOutputs { get; }

    /// <summary>[outputs, inputs], row-major.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    public ReadOnlySpan<float> Biases => _bias;

    /// <summary>For blocks: y = W x + b.</summary>
    public DensePanels Panels { get; }

    /// <summary>For gradients of blocks: W^T, without biases.</summary>
    public DensePanels Transposed => _transposed.Value;

    /// <summary>For a single row: [input, output], outputs padded with zeros.</summary>
    public AlignedBuffer Rows => _rows.Value;

    /// <summary>[outputs], padded with zeros.</summary>
    public AlignedBuffer Bias { get; }

    /// <summary>[outputs]: an output's weights are 0 from this input on.</summary>
    public ReadOnlySpan<int> Prefixes => _prefixes;

    /// <summary>Outputs rounded up to whole vectors of the row kernel.</summary>
    public static int Padded(int outputs) => (outputs + RowAlignment - 1) / RowAlignment * RowAlignment;

    /// <summary>Takes other weights, of any size, for kernels on blocks. Not to be called while they run.</summary>
    public void Set(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        weights.CopyTo(_weights);
        bias.CopyTo(_bias);
        Panels.Set(weights, bias);
        Transposed.SetTransposed(weights);
    }

    private void CheckSizes()
    {
        var columns = new double[Inputs];
        for (int o = 0; o < Outputs; o++)
        {
            double row = Math.Abs((double)_bias[o]) / ValueLimit.Largest;
            for (int i = 0; i < Inputs; i++)
            {
                double weight = Math.Abs((double)_weights[o * Inputs + i]);
                row += weight;
                columns[i] += weight;
            }

            Check(row, "output", o);
        }

        for (int i = 0; i < Inputs; i++)
            Check(columns[i], "input", i);

        static void Check(double sum, string end, int index)
        {
            if (!(sum <= LargestWeightSum))
            {
                throw new ArgumentException($"The weights of {end} {index} of a dense layer add up to {sum:g3} in size, but "
                    + "single precision carries at most "
                    + $"{LargestWeightSum:g3}. Train with a lower learning rate or check the features for extreme values.");
            }
        }
    }

    private AlignedBuffer ByInputs()
    {
        var rows = new AlignedBuffer(checked(Inputs * PaddedOutputs));
        Span<float> values = rows.Span;
        for (int o = 0; o < Outputs; o++)
        {
            for (int i = 0; i < Inputs; i++)
                values[i * PaddedOutputs + o] = _weights[o * Inputs + i];
        }

        return rows;
    }

    private DensePanels Transpose()
    {
        var panels = new DensePanels(Outputs, Inputs);
        panels.SetTransposed(_weights);

        // An input is used from the first output on that sees it.
        int[] starts = new int[Inputs], ends = new int[Inputs];
        Array.Fill(ends, Outputs);
        for (int i = 0; i < Inputs; i++)
        {
            while (starts[i] < Outputs && _prefixes[starts[i]] <= i)
                starts[i]++;
        }

        panels.Restrict(starts, ends);
        return panels;
    }

    private int[] Used()
    {
        var used = new int[Outputs];
        for (int o = 0; o < Outputs; o++)
            used[o] = _weights.AsSpan(o * Inputs, Inputs).LastIndexOfAnyExcept(0f) + 1;
        return used;
    }

    private void Restrict(DensePanels panels) => panels.Restrict(new int[Outputs], _prefixes);
}
