using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Continuous;

/// <summary>How fast points move at a time: v(x, t) = W3 tanh(W2 tanh(W1 [x; features of t; context] + b1) + b2) + b3, or the
/// same with one hidden layer. Immutable.</summary>
/// <remarks>
/// Its divergence is exact and costs no more than the field. With s1, s2 the slopes 1 - tanh^2 of the hidden units,
/// 1. dv/dx = W3 diag(s2) W2 diag(s1) W1, with W1's columns of x alone;
/// 2. its trace is sum_jk s2_j W2_jk s1_k (W1 W3)_kj = s2^T M s1, M = W2 o (W1 W3)^T;
/// 3. with one hidden layer it is sum_k s1_k (W1 W2)_kk.
/// M, or that diagonal, is made once. Grathwohl et al. 2019, arXiv:1810.01367, estimate the trace from random vectors instead.
/// </remarks>
internal sealed class VelocityField
{
    private const int MostHiddenLayers = 2;
    private const int Padding = 16;

    // Of the layers derived from those that are read, with their transposes.
    private const long CopiesOfWeights = 6;

    /// <param name="network">Columns, time features and context in; columns out; one or two hidden layers.</param>
    /// <param name="context">Columns of the context.</param>
    /// <exception cref="ArgumentException">The layers are not as above, or too large for single precision.</exception>
    public VelocityField(MultilayerPerceptron network, int context = 0)
    {
        IReadOnlyList<DenseLayer> layers = network.Layers;
        if (layers.Count is < 2 or > MostHiddenLayers + 1 || network.Inputs != network.Outputs + TimeFeatures.Count + context
            || network.Residual)
        {
            throw new ArgumentException(
                $"A velocity field of {layers.Count - 1} hidden layers has {network.Inputs} inputs and {network.Outputs} "
                + $"outputs, but needs one or two hidden layers without residual blocks, and {TimeFeatures.Count + context} "
                + "inputs more than outputs.");
        }

        Network = network;
        DenseLayer first = layers[0];
        int d = network.Outputs, units = first.Outputs;
        Input = InputColumns(first, 0, d, first.Biases.ToArray());
        Context = context == 0 ? null : InputColumns(first, d + TimeFeatures.Count, context, new float[units]);
        Output = layers[^1];
        if (layers.Count == 2)
        {
            DiagonalWeights = new AlignedBuffer(Input.PaddedOutputs);
            Diagonal(DiagonalWeights.Span);
        }
        else
        {
            Hidden = layers[1];
            TraceLayer = Trace(Hidden);
        }
    }

    /// <summary>All of it, as it is trained and written.</summary>
    public MultilayerPerceptron Network { get; }

    public int Dimension => Output.Outputs;

    /// <summary>The first layer on the columns alone; its biases at a time are <see cref="BiasesAt"/>.</summary>
    public DenseLayer Input { get; }

    /// <summary>What the context adds to the first layer's sums; null where there is none.</summary>
    public DenseLayer? Context { get; }

    /// <summary>The second hidden layer; null with one.</summary>
    public DenseLayer? Hidden { get; }

    public DenseLayer Output { get; }

    /// <summary>M, with as many outputs as the second hidden layer; null with one.</summary>
    public DenseLayer? TraceLayer { get; }

    /// <summary>[units, padded], the diagonal of W1 W2; null with two hidden layers.</summary>
    public AlignedBuffer? DiagonalWeights { get; }

    /// <summary>[units]: the first layer's biases at a time, with the time features' share.</summary>
    public double[] BiasesAt(double time)
    {
        DenseLayer first = Network.Layers[0];
        Span<float> features = stackalloc float[TimeFeatures.Count];
        TimeFeatures.Of(time, features);
        var biases = new double[first.Outputs];
        for (int k = 0; k < biases.Length; k++)
        {
            ReadOnlySpan<float> weights = first.Weights.Slice(k * first.Inputs + Dimension, TimeFeatures.Count);
            biases[k] = first.Biases[k];
            for (int i = 0; i < features.Length; i++)
                biases[k] += (double)weights[i] * features[i];
        }

        return biases;
    }

    public void Write(ModelWriter writer) => Network.Write(writer);

    /// <exception cref="FormatException">The file is damaged.</exception>
    public static VelocityField Read(ModelReader reader, int dimension, int context)
    {
        MultilayerPerceptron network = MultilayerPerceptron.Read(reader, dimension + TimeFeatures.Count + context);
        reader.Reserve(network.Layers.Sum(
            layer => CopiesOfWeights * layer.Outputs * (layer.Inputs + Padding) * sizeof(float)));
        return new VelocityField(network, context);
    }

    private static DenseLayer InputColumns(DenseLayer layer, int start, int count, float[] biases)
    {
        var weights = new float[layer.Outputs * count];
        for (int k = 0; k < layer.Outputs; k++)
            layer.Weights.Slice(k * layer.Inputs + start, count).CopyTo(weights.AsSpan(k * count));
        return new DenseLayer(count, layer.Outputs, weights, biases);
    }

    // sum_i W1_ki W2_ik.
    private void Diagonal(Span<float> diagonal)
    {
        ReadOnlySpan<float> into = Input.Weights, outOf = Output.Weights;
        for (int k = 0; k < Input.Outputs; k++)
        {
            double sum = 0;
            for (int i = 0; i < Dimension; i++)
                sum += (double)into[k * Dimension + i] * outOf[i * Input.Outputs + k];
            diagonal[k] = (float)Math.Clamp(sum, -ValueLimit.Largest, ValueLimit.Largest);
        }
    }

    // M_jk = W2_jk sum_i W1_ki W3_ij.
    private DenseLayer Trace(DenseLayer hidden)
    {
        ReadOnlySpan<float> into = Input.Weights, outOf = Output.Weights;
        int units = Input.Outputs, outputs = hidden.Outputs;
        var sums = new double[units];
        var weights = new float[outputs * units];
        for (int j = 0; j < outputs; j++)
        {
            Array.Clear(sums);
            for (int i = 0; i < Dimension; i++)
            {
                double weight = outOf[i * outputs + j];
                for (int k = 0; weight != 0 && k < units; k++)
                    sums[k] += into[k * Dimension + i] * weight;
            }

            for (int k = 0; k < units; k++)
                weights[j * units + k] = (float)(sums[k] * hidden.Weights[j * units + k]);
        }

        return new DenseLayer(units, outputs, weights, new float[outputs]);
    }
}
