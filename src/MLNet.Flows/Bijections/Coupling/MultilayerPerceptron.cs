using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>Dense layers with rectifiers max(0, .) between them: the conditioner of a coupling.</summary>
/// <remarks>Kernels keep all activations, one behind the other: the inputs, then each layer's outputs, each rounded up to whole vectors of
/// 16. Every value is kept within +-<see cref="DenseLayer.Farthest"/>. 2 x weights operations per row.</remarks>
internal sealed unsafe class MultilayerPerceptron
{
    private const int MaximumLayers = 256;
    private const int R = RowBlock.Rows;
    private readonly DenseLayer[] _layers;
    private readonly int[] _starts;

    /// <param name="layers">At least one; each has as many inputs as the one before has outputs.</param>
    /// <exception cref="ArgumentException">There is no layer, or two do not fit together.</exception>
    public MultilayerPerceptron(DenseLayer[] layers)
    {
        if (layers.Length == 0)
            throw new ArgumentException("A perceptron has 0 layers, but needs at least one. Add its output layer.");
        _layers = layers;
        _starts = new int[layers.Length + 1];
        _starts[0] = (layers[0].Inputs + 15) / 16 * 16;
        for (int l = 1; l < layers.Length; l++)
        {
            if (layers[l].Inputs != layers[l - 1].Outputs)
                throw new ArgumentException($"Layer {l} of a perceptron has {layers[l].Inputs} inputs, but the layer before has {layers[l - 1].Outputs} outputs. Make them the same.");
            _starts[l] = checked(_starts[l - 1] + layers[l - 1].PaddedOutputs);
        }

        _starts[^1] = checked(_starts[^2] + layers[^1].PaddedOutputs);
    }

    public IReadOnlyList<DenseLayer> Layers => _layers;

    public int Inputs => _layers[0].Inputs;

    public int Outputs => _layers[^1].Outputs;

    /// <summary>Where the last layer's outputs begin among the activations.</summary>
    public int OutputStart => Start(_layers.Length - 1);

    /// <summary>Length of all activations of a row.</summary>
    public int ActivationLength => _starts[^1];

    /// <summary>From the inputs [inputs, 64] at the start of the activations, all others of a block.</summary>
    /// <param name="activations">[<see cref="ActivationLength"/>, 64].</param>
    public void Forward<V, S>(float* activations)
        where V : struct
        where S : struct, ISimd<V>
    {
        float* x = activations;
        for (int l = 0; l < _layers.Length; l++)
        {
            float* y = activations + Start(l) * R;
            DenseKernel<V, S>.Run(_layers[l].Panels, x, y, Lowest(l));
            x = y;
        }
    }

    /// <summary>From the inputs at the start of the activations, all others of one row; the same bits as in a block.</summary>
    /// <param name="activations">[<see cref="ActivationLength"/>].</param>
    public void ForwardRow<V, S>(float* activations)
        where V : struct
        where S : struct, ISimd<V>
    {
        float* x = activations;
        for (int l = 0; l < _layers.Length; l++)
        {
            float* y = activations + Start(l);
            DenseRowKernel<V, S>.Run(_layers[l], x, y, Lowest(l));
            x = y;
        }
    }

    /// <summary>Carries a gradient on the outputs back to the inputs, layer by layer through the transposed weights.</summary>
    /// <param name="activations">All activations, from <see cref="Forward{V, S}"/>.</param>
    /// <param name="gradients">Laid out like the activations: the outputs' are given, all others are overwritten.</param>
    public void Backward<V, S>(float* activations, float* gradients)
        where V : struct
        where S : struct, ISimd<V>
    {
        for (int l = _layers.Length - 1; l >= 0; l--)
        {
            int to = l == 0 ? 0 : Start(l - 1);
            DenseKernel<V, S>.Run(_layers[l].Transposed, gradients + Start(l) * R, gradients + to * R, -DenseLayer.Farthest);
            Clip<V, S>(_layers[l].Inputs * R, activations + to * R, gradients + to * R, l == 0 ? -DenseLayer.Farthest : 0);
        }
    }

    public void Write(ModelWriter writer)
    {
        writer.Write(_layers.Length);
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
        int count = reader.ReadInt32();
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
            float[] weights = reader.ReadFiniteSingles(inputs * outputs[l]), bias = reader.ReadFiniteSingles(outputs[l]);
            layers[l] = new DenseLayer(inputs, outputs[l], weights, bias);
            inputs = outputs[l];
        }

        return new MultilayerPerceptron(layers);
    }

    // Only between layers is there a rectifier.
    private float Lowest(int layer) => layer < _layers.Length - 1 ? 0 : -DenseLayer.Farthest;

    private int Start(int layer) => _starts[layer];

    // No gradient passes where an activation is at its limit: 0 for a rectifier.
    private static void Clip<V, S>(int length, float* activations, float* gradients, float lowest)
        where V : struct
        where S : struct, ISimd<V>
    {
        V zero = S.Create(0), least = S.Create(lowest), highest = S.Create(DenseLayer.Farthest);
        for (int i = 0; i < length; i += S.Count)
        {
            V a = S.Load(activations + i);
            V passed = S.SelectLess(least, a, S.SelectLess(a, highest, S.Load(gradients + i), zero), zero);
            S.Store(passed, gradients + i);
        }
    }
}
