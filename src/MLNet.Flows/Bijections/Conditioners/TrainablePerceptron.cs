using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Conditioners;

/// <summary>A multilayer perceptron in training. Flat parameters: layer by layer [W (outputs x inputs, row-major) | b].</summary>
internal sealed class TrainablePerceptron
{
    /// <param name="widths">Inputs, units of each hidden layer, outputs.</param>
    /// <param name="mask">What units see, if not all.</param>
    /// <param name="residual">Whether hidden layers behind the first are residual blocks.</param>
    public TrainablePerceptron(int[] widths, AutoregressiveMask? mask = null, bool residual = false)
    {
        Widths = widths;
        IEnumerable<DenseLayer> layers = Enumerable.Range(0, widths.Length - 1).Select(l => mask is null
            ? new DenseLayer(widths[l], widths[l + 1])
            : new DenseLayer(widths[l], mask.Prefixes(l)));
        Network = new MultilayerPerceptron([.. layers], residual);
        for (int l = 1; l < widths.Length; l++)
            ParameterCount = checked(ParameterCount + (widths[l - 1] + 1) * widths[l]);
    }

    /// <summary>Inputs, units of each hidden layer, outputs.</summary>
    public int[] Widths { get; }

    public int ParameterCount { get; }

    /// <summary>The network at the present parameters, for kernels on blocks.</summary>
    public MultilayerPerceptron Network { get; }

    /// <summary>He's uniform start for rectified units, sqrt(6 / inputs); the last layer starts at 0, and so does the second of a
    /// residual block, which starts as the identity. He et al. 2015, arXiv:1502.01852.</summary>
    /// <param name="random">Draws the start.</param>
    /// <param name="parameters">Receives it.</param>
    /// <param name="mask">What units see, if not all: masked weights are 0, and a unit's inputs those that it sees.</param>
    public void Initialize(RandomStream random, Span<float> parameters, AutoregressiveMask? mask = null)
    {
        parameters.Clear();
        for (int l = 1; l < Widths.Length - 1; l++)
        {
            int inputs = Widths[l - 1];
            for (int unit = 0; unit < Widths[l] && !Network.EndsBlock(l - 1); unit++)
            {
                int seen = mask is null ? inputs : mask.Prefixes(l - 1)[unit];
                double bound = Math.Sqrt(6.0 / Math.Max(seen, 1));
                foreach (ref float weight in parameters.Slice(unit * inputs, seen))
                    weight = (float)(bound * (2 * random.NextDouble() - 1));
            }

            parameters = parameters[((inputs + 1) * Widths[l])..];
        }
    }

    public void SetParameters(ReadOnlySpan<float> parameters)
    {
        foreach (DenseLayer layer in Network.Layers)
        {
            int size = layer.Inputs * layer.Outputs;
            layer.Set(parameters[..size], parameters.Slice(size, layer.Outputs));
            parameters = parameters[(size + layer.Outputs)..];
        }
    }

    /// <summary>Writes the accumulated gradient with respect to the flat parameters.</summary>
    public void FinishGradient(PerceptronGradient sums, Span<float> gradient)
    {
        for (int l = 0; l < Network.Layers.Count; l++)
        {
            DenseLayer layer = Network.Layers[l];
            for (int o = 0; o < layer.Outputs; o++)
                sums.Weights[l].Span.Slice(o * sums.Stride(l), layer.Inputs).CopyTo(gradient[(o * layer.Inputs)..]);
            LaneSums.Totals(
                sums.Biases[l], PerceptronGradient.Lanes, gradient.Slice(layer.Inputs * layer.Outputs, layer.Outputs));
            gradient = gradient[((layer.Inputs + 1) * layer.Outputs)..];
        }
    }

    /// <summary>The perceptron at these parameters, for scoring.</summary>
    public MultilayerPerceptron Freeze(ReadOnlySpan<float> parameters)
    {
        var layers = new DenseLayer[Widths.Length - 1];
        for (int l = 0; l < layers.Length; l++)
        {
            int size = Widths[l] * Widths[l + 1];
            layers[l] = new DenseLayer(
                Widths[l], Widths[l + 1], parameters[..size].ToArray(), parameters.Slice(size, Widths[l + 1]).ToArray());
            parameters = parameters[(size + Widths[l + 1])..];
        }

        return new MultilayerPerceptron(layers, Network.Residual);
    }
}
