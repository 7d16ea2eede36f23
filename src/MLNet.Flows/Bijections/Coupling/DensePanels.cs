using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>A matrix and its biases in the order in which the block kernel reads them: panels of four outputs side by side.</summary>
/// <remarks>The last panel is filled up with zeros: outputs that are 0.</remarks>
internal sealed class DensePanels
{
    /// <summary>Outputs in a panel.</summary>
    public const int Height = 4;

    /// <param name="inputs">Columns of the matrix.</param>
    /// <param name="outputs">Rows of the matrix.</param>
    /// <param name="weights">[outputs, inputs], row-major.</param>
    /// <param name="bias">[outputs].</param>
    public DensePanels(int inputs, int outputs, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        Inputs = inputs;
        PaddedOutputs = (outputs + Height - 1) / Height * Height;
        Weights = new AlignedBuffer(checked(PaddedOutputs * inputs));
        Bias = new AlignedBuffer(PaddedOutputs);
        bias.CopyTo(Bias.Span);
        Span<float> panels = Weights.Span;
        for (int o = 0; o < outputs; o++)
        {
            Span<float> panel = panels.Slice(o / Height * Height * inputs, Height * inputs);
            for (int i = 0; i < inputs; i++)
                panel[i * Height + o % Height] = weights[o * inputs + i];
        }
    }

    public int Inputs { get; }

    /// <summary>Outputs rounded up to whole panels.</summary>
    public int PaddedOutputs { get; }

    /// <summary>[panel, input, output within the panel].</summary>
    public AlignedBuffer Weights { get; }

    /// <summary>[outputs], padded.</summary>
    public AlignedBuffer Bias { get; }
}
