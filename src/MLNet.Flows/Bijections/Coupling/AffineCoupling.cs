using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>Scales and shifts the active columns B by amounts that a perceptron computes from the passive columns A.</summary>
/// <remarks>z_A = x_A; z_B = x_B exp(s) + t with s = bound tanh(raw / bound) and (raw, t) = conditioner(x_A); log|det df/dx| = sum s.
/// The bound keeps scales within exp(+-bound). The conditioner sees x_A kept within the bound of inputs: further out, where no training row was, s and t stay
/// what they are at the edge instead of growing on, and the map is affine. Results are kept within +-1e15, as <see cref="Standardization"/> keeps its own, so
/// that however many couplings follow each other, single precision has room for their sums.
/// Dinh, Sohl-Dickstein and Bengio 2017, arXiv:1605.08803, eq. 7-8.</remarks>
internal sealed class AffineCoupling : Bijection
{
    private const float SmallestBound = 1e-3f;
    private const float LargestBound = 64;
    private const float SmallestInputBound = 1e-3f;

    // An index in a list and in the set that tells active columns from passive ones.
    private const long IndexBytes = 40;
    private readonly Lazy<AffineCouplingInverse> _inverse;

    /// <param name="dimension">d, at least 1.</param>
    /// <param name="passive">Indices of the columns A, ascending; may be empty, but not all columns.</param>
    /// <param name="conditioner">|A| inputs; 2 |B| outputs: the raw log-scales, then the shifts, of the columns B, ascending.</param>
    /// <param name="logScaleBound">In [0.001, 64].</param>
    /// <param name="inputBound">In [0.001, 1e15].</param>
    /// <exception cref="ArgumentException">The columns, the conditioner's shape or a bound is not as above.</exception>
    public AffineCoupling(int dimension, int[] passive, MultilayerPerceptron conditioner, float logScaleBound, float inputBound = DenseLayer.Farthest)
        : base(dimension)
    {
        for (int i = 0; i < passive.Length; i++)
        {
            if (passive[i] < 0 || passive[i] >= dimension || (i > 0 && passive[i] <= passive[i - 1]))
                throw new ArgumentException($"Passive column {passive[i]} of a coupling on {dimension} columns is out of order or range. Give each index once, ascending, from 0 to {dimension - 1}.");
        }

        Passive = passive;
        Active = [.. Enumerable.Range(0, dimension).Except(passive)];
        if (Active.Length == 0)
            throw new ArgumentException($"All {dimension} columns of a coupling are passive, but at least one must be active. Leave one out of the passive columns.");
        if (conditioner.Inputs != passive.Length || conditioner.Outputs != 2L * Active.Length)
            throw new ArgumentException($"The conditioner has {conditioner.Inputs} inputs and {conditioner.Outputs} outputs, but {passive.Length} passive and {Active.Length} active columns need {passive.Length} and {2L * Active.Length}. Give it those.");
        if (!(logScaleBound is >= SmallestBound and <= LargestBound))
            throw new ArgumentException($"The bound of log-scales is {logScaleBound}, but must be from {SmallestBound} to {LargestBound}. Values from 1 to 5 are usual.");
        if (!(inputBound is >= SmallestInputBound and <= DenseLayer.Farthest))
            throw new ArgumentException($"The bound of a conditioner's inputs is {inputBound}, but must be from {SmallestInputBound} to {DenseLayer.Farthest}. Values from 3 to 10 standard deviations are usual.");
        (Conditioner, LogScaleBound, InputBound) = (conditioner, logScaleBound, inputBound);
        PaddedActive = (Active.Length + 15) / 16 * 16;
        _inverse = new Lazy<AffineCouplingInverse>(() => new AffineCouplingInverse(this));
    }

    /// <summary>The columns A, ascending.</summary>
    public int[] Passive { get; }

    /// <summary>The columns B, ascending.</summary>
    public int[] Active { get; }

    public MultilayerPerceptron Conditioner { get; }

    public float LogScaleBound { get; }

    /// <summary>The conditioner sees the columns A kept within this distance of 0.</summary>
    public float InputBound { get; }

    /// <summary>|B| rounded up to whole vectors of the row kernel.</summary>
    public int PaddedActive { get; }

    /// <remarks>The conditioner's activations; behind them, for a single row, the active values and their log-scales.</remarks>
    public override int ScratchColumns => Conditioner.ActivationLength + 2 * PaddedActive;

    public override BijectionKind Kind => BijectionKind.BoundedAffineCoupling;

    public override void Forward(RowBlock block)
    {
        var operation = new AffineCouplingKernel.BlockForward(this, block);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override float Forward(RowWorkspace row)
    {
        var operation = new AffineCouplingKernel.RowForward(this, row);
        SimdDispatch.Run(row.Width, ref operation);
        return operation.LogDet;
    }

    public override void Inverse(DoubleBlock block) => _inverse.Value.Run(block);

    public override void Backward(RowBlock input, RowBlock gradient)
    {
        var operation = new AffineCouplingKernel.InputGradient(this, input, gradient);
        SimdDispatch.Run(input.Width, ref operation);
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(Passive.Length);
        foreach (int column in Passive)
            writer.Write(column);
        writer.Write(LogScaleBound);
        writer.Write(InputBound);
        Conditioner.Write(writer);
    }

    /// <param name="reader">Behind the kind.</param>
    /// <param name="withInputBound">False for the older layout, without the bound of inputs.</param>
    public static AffineCoupling Read(ModelReader reader, bool withInputBound)
    {
        int dimension = reader.ReadInt32(), count = reader.ReadInt32();
        reader.Check(dimension is >= 1 and <= 1 << 24 && count >= 0 && count < dimension, $"a coupling of {count} passive columns on {dimension} dimensions");
        reader.CheckRemaining(count * (long)sizeof(int));
        reader.Reserve(dimension * IndexBytes);
        var passive = new int[count];
        foreach (ref int column in passive.AsSpan())
            column = reader.ReadInt32();
        float logScaleBound = reader.ReadSingle(), inputBound = withInputBound ? reader.ReadSingle() : DenseLayer.Farthest;
        try
        {
            return new AffineCoupling(dimension, passive, MultilayerPerceptron.Read(reader, count), logScaleBound, inputBound);
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"The model is damaged: {fault.Message}");
        }
    }
}
