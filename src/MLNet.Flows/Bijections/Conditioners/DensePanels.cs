using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Conditioners;

/// <summary>A matrix and its biases in the order in which the block kernel reads them: panels of four outputs side by
/// side.</summary>
/// <remarks>The last panel is filled up with zeros: outputs that are 0.</remarks>
internal sealed class DensePanels
{
    /// <summary>Outputs in a panel.</summary>
    public const int Height = 4;

    private readonly int _outputs;

    /// <param name="inputs">Columns of the matrix.</param>
    /// <param name="outputs">Rows of the matrix.</param>
    public DensePanels(int inputs, int outputs)
    {
        Inputs = inputs;
        _outputs = outputs;
        PaddedOutputs = (outputs + Height - 1) / Height * Height;
        Weights = new AlignedBuffer(checked(PaddedOutputs * inputs));
        Bias = new AlignedBuffer(PaddedOutputs);
    }

    public int Inputs { get; }

    /// <summary>Outputs rounded up to whole panels.</summary>
    public int PaddedOutputs { get; }

    /// <summary>[panel, input, output within the panel].</summary>
    public AlignedBuffer Weights { get; }

    /// <summary>[outputs], padded.</summary>
    public AlignedBuffer Bias { get; }

    /// <param name="weights">[outputs, inputs], row-major.</param>
    /// <param name="bias">[outputs].</param>
    public void Set(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        bias.CopyTo(Bias.Span);
        Span<float> panels = Weights.Span;
        for (int o = 0; o < _outputs; o++)
        {
            Span<float> panel = panels.Slice(o / Height * Height * Inputs, Height * Inputs);
            ReadOnlySpan<float> row = weights.Slice(o * Inputs, Inputs);
            for (int i = 0, at = o % Height; i < row.Length; i++, at += Height)
                panel[at] = row[i];
        }
    }

    /// <summary>Without biases.</summary>
    /// <param name="weights">[inputs, outputs], row-major: the transpose of this matrix.</param>
    public void SetTransposed(ReadOnlySpan<float> weights)
    {
        Span<float> panels = Weights.Span;
        for (int i = 0; i < Inputs; i++)
        {
            ReadOnlySpan<float> column = weights.Slice(i * _outputs, _outputs);
            for (int o = 0; o < column.Length; o++)
                panels[o / Height * Height * Inputs + i * Height + o % Height] = column[o];
        }
    }
}
