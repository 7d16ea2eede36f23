using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>Changes each active column by a scalar map, whose parameters a conditioner computes from the passive
/// columns.</summary>
/// <remarks>z_A = x_A; z_B = map(x_B; conditioner(x_A)); log|det df/dx| = sum of log-slopes. The conditioner sees x_A clamped to
/// the bound of inputs: further out, where no training row was, the map stays what it is at the edge. Dinh, Krueger and Bengio
/// 2014, arXiv:1410.8516.</remarks>
/// <typeparam name="TMap">The scalar map.</typeparam>
internal sealed class Coupling<TMap> : Bijection
    where TMap : struct, IScalarMap
{
    private const float SmallestInputBound = 1e-3f;

    // An index in a list and in the set that separates active columns from passive ones.
    private const long IndexBytes = 40;
    private readonly CouplingParts<TMap> _parts;
    private readonly Lazy<DoublePerceptron> _exact;

    /// <param name="mask">The columns.</param>
    /// <param name="conditioner">|A| inputs; as many outputs for each parameter of the map as there are columns B, parameter by
    /// parameter.</param>
    /// <param name="map">The scalar map.</param>
    /// <param name="inputBound">In [0.001, 1e15].</param>
    /// <exception cref="ArgumentException">The conditioner's shape or the bound is not as above.</exception>
    public Coupling(ColumnMask mask, MultilayerPerceptron conditioner, TMap map, float inputBound = ValueLimit.Largest)
        : base(mask.Dimension)
    {
        long outputs = TMap.ParameterCount * (long)mask.Active.Length;
        if (conditioner.Inputs != mask.Passive.Length || conditioner.Outputs != outputs)
        {
            throw new ArgumentException($"The conditioner has {conditioner.Inputs} inputs and {conditioner.Outputs} outputs, "
                + $"but {mask.Passive.Length} passive "
                + $"and {mask.Active.Length} active columns need {mask.Passive.Length} and {outputs}. Give it those.");
        }

        if (!(inputBound is >= SmallestInputBound and <= ValueLimit.Largest))
        {
            throw new ArgumentException($"The bound of a conditioner's inputs is {inputBound}, but must be from "
                + $"{SmallestInputBound} to {ValueLimit.Largest}. "
                + "Values from 3 to 10 standard deviations are usual.");
        }

        _parts = new CouplingParts<TMap>(mask, conditioner, map, inputBound);
        _exact = new Lazy<DoublePerceptron>(() => new DoublePerceptron(conditioner));
    }

    public ColumnMask Mask => _parts.Mask;

    public MultilayerPerceptron Conditioner => _parts.Conditioner;

    public TMap Map => _parts.Map;

    /// <summary>The conditioner sees the passive columns clamped to this distance from 0.</summary>
    public float InputBound => _parts.InputBound;

    /// <remarks>The conditioner's activations; behind them, for a single row, the active values, their log-slopes and the map's
    /// scratch.</remarks>
    public override int ScratchColumns =>
        Conditioner.ActivationLength + 2 * CouplingKernel<float, SimdScalar>.Padded(Mask.Active.Length) + RowBlock.Rows;

    public override BijectionKind Kind => TMap.CouplingKind;

    public override void Forward(RowBlock block)
    {
        var operation = new BlockForward(_parts, block);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override float Forward(RowWorkspace row)
    {
        var operation = new RowForward(_parts, row);
        SimdDispatch.Run(row.Width, ref operation);
        return operation.LogDet;
    }

    public override void Inverse(DoubleBlock block)
    {
        const int R = RowBlock.Rows;
        var inputs = new double[Mask.Passive.Length * R];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = Math.Clamp(block.Values[Mask.Passive[i / R] * R + i % R], -(double)InputBound, InputBound);
        ReadOnlySpan<double> parameters = _exact.Value.Run(inputs);
        for (int i = 0; i < Mask.Active.Length; i++)
            Map.Inverse(block.Values.AsSpan(Mask.Active[i] * R, R), parameters[(i * R)..], Mask.Active.Length * R, block.LogDet);
    }

    public override void Backward(RowBlock input, RowBlock gradient)
    {
        var operation = new InputGradient(_parts, input, gradient);
        SimdDispatch.Run(input.Width, ref operation);
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(Mask.Passive.Length);
        foreach (int column in Mask.Passive)
            writer.Write(column);
        Map.Write(writer);
        writer.Write(InputBound);
        Conditioner.Write(writer);
    }

    /// <param name="reader">Behind the kind.</param>
    /// <param name="readMap">Reads what the map is set to.</param>
    /// <param name="withInputBound">False for the older layout, without the bound of inputs.</param>
    public static Coupling<TMap> Read(ModelReader reader, Func<ModelReader, TMap> readMap, bool withInputBound = true)
    {
        int dimension = reader.ReadInt32(), count = reader.ReadInt32();
        reader.Check(
            dimension is >= 1 and <= 1 << 24 && count >= 0 && count < dimension,
            $"a coupling of {count} passive columns on {dimension} dimensions");
        reader.CheckRemaining(count * (long)sizeof(int));
        reader.Reserve(dimension * IndexBytes);
        var passive = new int[count];
        foreach (ref int column in passive.AsSpan())
            column = reader.ReadInt32();
        try
        {
            TMap map = readMap(reader);
            float inputBound = withInputBound ? reader.ReadSingle() : ValueLimit.Largest;
            return new Coupling<TMap>(
                new ColumnMask(dimension, passive), MultilayerPerceptron.Read(reader, count), map, inputBound);
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"The model is damaged: {fault.Message}");
        }
    }

    private readonly unsafe struct BlockForward(CouplingParts<TMap> parts, RowBlock block) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* x = block.Values, logDet = block.LogDet)
                CouplingKernel<V, S>.Forward(parts, x, x + parts.Mask.Dimension * RowBlock.Rows, logDet);
        }
    }

    private unsafe struct RowForward(CouplingParts<TMap> parts, RowWorkspace row) : ISimdOperation
    {
        public float LogDet { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* x = row.Values, scratch = row.Scratch)
                LogDet = CouplingKernel<V, S>.ForwardRow(parts, x, scratch);
        }
    }

    // The conditioner runs again, for its activations.
    private readonly unsafe struct InputGradient(CouplingParts<TMap> parts, RowBlock input, RowBlock gradient) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int size = parts.Mask.Dimension * RowBlock.Rows;
            float* ones = stackalloc float[RowBlock.Rows];
            new Span<float>(ones, RowBlock.Rows).Fill(1);
            fixed (float* x = input.Values, g = gradient.Values)
            {
                CouplingKernel<V, S>.Condition(parts, x, x + size);
                CouplingKernel<V, S>.Backward(parts, x, x + size, ones, g, g + size, toInputs: true);
            }
        }
    }
}
