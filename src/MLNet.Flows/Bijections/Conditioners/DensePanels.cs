using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
        Starts = new int[PaddedOutputs / Height];
        Ends = new int[PaddedOutputs / Height];
        Array.Fill(Ends, inputs);
    }

    public int Inputs { get; }

    /// <summary>Outputs rounded up to whole panels.</summary>
    public int PaddedOutputs { get; }

    /// <summary>[panel, input, output within the panel].</summary>
    public AlignedBuffer Weights { get; }

    /// <summary>[outputs], padded.</summary>
    public AlignedBuffer Bias { get; }

    /// <summary>[panels]: all weights of a panel before this input are 0.</summary>
    public int[] Starts { get; }

    /// <summary>[panels]: all weights of a panel from this input on are 0.</summary>
    public int[] Ends { get; }

    /// <summary>Takes it that outputs have weights in a stretch of inputs alone: products leave out what a whole panel has at
    /// 0.</summary>
    /// <param name="starts">[outputs], the first input.</param>
    /// <param name="ends">[outputs], behind the last.</param>
    public void Restrict(ReadOnlySpan<int> starts, ReadOnlySpan<int> ends)
    {
        for (int panel = 0; panel < Starts.Length; panel++)
        {
            (int start, int end) = (Inputs, 0);
            for (int o = panel * Height; o < Math.Min((panel + 1) * Height, _outputs); o++)
                (start, end) = (Math.Min(start, starts[o]), Math.Max(end, ends[o]));
            (Starts[panel], Ends[panel]) = (Math.Min(start, end), end);
        }
    }

    /// <param name="weights">[outputs, inputs], row-major.</param>
    /// <param name="bias">[outputs].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Set(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        bias.CopyTo(Bias.Span);
        Span<float> panels = Weights.Span;
        int o = 0;
        for (; o + Height <= _outputs; o += Height)
        {
            Span<float> panel = panels.Slice(o * Inputs, Height * Inputs);
            ReadOnlySpan<float> r0 = weights.Slice(o * Inputs, Inputs), r1 = weights.Slice((o + 1) * Inputs, Inputs);
            ReadOnlySpan<float> r2 = weights.Slice((o + 2) * Inputs, Inputs), r3 = weights.Slice((o + 3) * Inputs, Inputs);
            for (int i = 0; i < r0.Length; i++)
                Vector128.Create(r0[i], r1[i], r2[i], r3[i]).CopyTo(panel[(i * Height)..]);
        }

        for (; o < _outputs; o++)
        {
            for (int i = 0; i < Inputs; i++)
                panels[o / Height * Height * Inputs + i * Height + o % Height] = weights[o * Inputs + i];
        }
    }

    /// <summary>Without biases.</summary>
    /// <param name="weights">[inputs, outputs], row-major: the transpose of this matrix.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SetTransposed(ReadOnlySpan<float> weights)
    {
        Span<float> panels = Weights.Span;
        for (int i = 0; i < Inputs; i++)
        {
            ReadOnlySpan<float> column = weights.Slice(i * _outputs, _outputs);
            int o = 0;
            for (; o + Height <= column.Length; o += Height)
                Vector128.Create(column[o..]).CopyTo(panels[(o * Inputs + i * Height)..]);
            for (; o < column.Length; o++)
                panels[o / Height * Height * Inputs + i * Height + o % Height] = column[o];
        }
    }
}
