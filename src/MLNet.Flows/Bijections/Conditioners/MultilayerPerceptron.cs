using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Conditioners;

/// <summary>Dense layers with rectifiers max(0, .) between them: what makes a map's parameters of the columns that it
/// sees.</summary>
/// <remarks>
/// Kernels keep all activations, one behind the other: the inputs, then each layer's outputs, each rounded up to whole vectors of
/// 16. Every value is kept within +-<see cref="ValueLimit"/>. 2 x weights operations per row.
/// With residual blocks, hidden layers behind the first go in twos: h = max(0, h + b2 + W2 max(0, b1 + W1 h)). He, Zhang, Ren and
/// Sun 2016, arXiv:1512.03385.
/// </remarks>
internal sealed class MultilayerPerceptron
{
    private const int MaximumLayers = 256;
    private const int Padding = 20;

    // Added to the number of layers that is written.
    private const int ResidualFlag = 1 << 16;
    private readonly DenseLayer[] _layers;
    private readonly int[] _starts;

    /// <param name="layers">At least one; each has as many inputs as the one before has outputs.</param>
    /// <param name="residual">Whether hidden layers behind the first are residual blocks: an odd number of hidden layers of one
    /// width.</param>
    /// <exception cref="ArgumentException">There is no layer, two do not fit together, or hidden layers make no residual
    /// blocks.</exception>
    public MultilayerPerceptron(DenseLayer[] layers, bool residual = false)
    {
        if (layers.Length == 0)
            throw new ArgumentException("A perceptron has 0 layers, but needs at least one. Add its output layer.");
        _layers = layers;
        _starts = new int[layers.Length + 1];
        _starts[0] = (layers[0].Inputs + 15) / 16 * 16;
        for (int l = 1; l < layers.Length; l++)
        {
            if (layers[l].Inputs != layers[l - 1].Outputs)
                throw new ArgumentException(
                    $"Layer {l} of a perceptron has {layers[l].Inputs} inputs, but the layer before has "
                    + $"{layers[l - 1].Outputs} outputs. Make them the same.");
            _starts[l] = checked(_starts[l - 1] + layers[l - 1].PaddedOutputs);
        }

        _starts[^1] = checked(_starts[^2] + layers[^1].PaddedOutputs);
        Residual = residual;
        int[] hidden = [.. layers.SkipLast(1).Select(layer => layer.Outputs)];
        if (residual && !MakesBlocks(hidden))
        {
            throw new ArgumentException(
                $"A perceptron with residual blocks has hidden layers of [{string.Join(", ", hidden)}] units, but needs an odd "
                + "number of layers of one width: the first, and two for each block.");
        }
    }

    public IReadOnlyList<DenseLayer> Layers => _layers;

    /// <summary>Whether hidden layers behind the first are residual blocks.</summary>
    public bool Residual { get; }

    public int Inputs => _layers[0].Inputs;

    public int Outputs => _layers[^1].Outputs;

    /// <summary>Where the last layer's outputs begin among the activations.</summary>
    public int OutputStart => Start(_layers.Length - 1);

    /// <summary>Length of all activations of a row.</summary>
    public int ActivationLength => _starts[^1];

    public void Write(ModelWriter writer)
    {
        writer.Write(_layers.Length + (Residual ? ResidualFlag : 0));
        foreach (DenseLayer layer in _layers)
            writer.Write(layer.Outputs);
        foreach (DenseLayer layer in _layers)
        {
            writer.Write(layer.Weights);
            writer.Write(layer.Biases);
        }
    }

    public static MultilayerPerceptron Read(ModelReader reader, int inputs)
    {
        int written = reader.ReadInt32();
        bool residual = written >= ResidualFlag;
        int count = residual ? written - ResidualFlag : written;
        reader.Check(count is >= 1 and <= MaximumLayers, $"a perceptron of {count} layers");
        var outputs = new int[count];
        foreach (ref int width in outputs.AsSpan())
        {
            width = reader.ReadInt32();
            reader.Check(width is >= 1 and <= 1 << 24, $"a dense layer of {width} outputs");
        }

        var layers = new DenseLayer[count];
        for (int l = 0; l < count; l++)
        {
            reader.CheckRemaining((inputs + 1L) * outputs[l] * sizeof(float));
            reader.Reserve((inputs + 1L) * (2L * outputs[l] + Padding) * sizeof(float));
            float[] weights = reader.ReadFiniteSingles(inputs * outputs[l]), bias = reader.ReadFiniteSingles(outputs[l]);
            layers[l] = new DenseLayer(inputs, outputs[l], weights, bias);
            inputs = outputs[l];
        }

        return new MultilayerPerceptron(layers, residual);
    }

    /// <summary>Whether hidden layers are a first one and two for each residual block: an odd number of one width.</summary>
    public static bool MakesBlocks(int[] hiddenUnits) =>
        hiddenUnits.Length % 2 == 1 && hiddenUnits.Distinct().Count() == 1;

    /// <summary>What a layer's outputs are kept at or above: only between layers is there a rectifier.</summary>
    public float Lowest(int layer) => layer < _layers.Length - 1 ? 0 : -ValueLimit.Largest;

    /// <summary>Whether a layer ends a residual block: the outputs two layers before add to its own.</summary>
    public bool EndsBlock(int layer) => Residual && layer >= 2 && layer % 2 == 0 && layer < _layers.Length - 1;

    /// <summary>Where a layer's outputs begin among the activations.</summary>
    public int Start(int layer) => _starts[layer];
}
