using System.Buffers;
using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Continuous;

/// <summary>Moves points along a velocity field from the data, at t = 1, to the base, at t = 0: dx/dt = v(x, t), and log|det
/// dz/dx| = -int_0^1 div v dt.</summary>
/// <remarks>
/// By the classical Runge-Kutta method in N equal steps (<see cref="RungeKuttaKernel{V, S}"/>), with the exact divergence
/// (<see cref="VelocityField"/>): 4 N evaluations of the field per row, the same for every row. What the solver computes is not
/// quite what it stands for: value, log-determinant and inverse differ from the exact ones, and so from each other, by O(N^-4).
/// Chen et al. 2018, arXiv:1806.07366; Grathwohl et al. 2019, arXiv:1810.01367.
/// </remarks>
internal sealed class ContinuousMap : Bijection
{
    public const int MaximumSteps = 1000;
    private const int Padding = 16;
    private readonly Lazy<DoubleContinuousMap> _exact;

    /// <param name="field">The field.</param>
    /// <param name="steps">N, 1 to 1,000.</param>
    public ContinuousMap(VelocityField field, int steps)
        : base(field.Dimension)
    {
        (Field, Steps) = (field, steps);
        Biases = new AlignedBuffer[2 * steps + 1];
        for (int i = 0; i < Biases.Length; i++)
        {
            double[] biases = field.BiasesAt(Time(i));
            Biases[i] = new AlignedBuffer(field.Input.PaddedOutputs);
            for (int k = 0; k < biases.Length; k++)
                Biases[i][k] = (float)Math.Clamp(biases[k], -ValueLimit.Largest, ValueLimit.Largest);
        }

        _exact = new Lazy<DoubleContinuousMap>(() => new DoubleContinuousMap(this));
    }

    public VelocityField Field { get; }

    /// <summary>N.</summary>
    public int Steps { get; }

    /// <summary>[2 N + 1]: the first layer's biases at half steps, from t = 1 to t = 0.</summary>
    public AlignedBuffer[] Biases { get; }

    /// <summary>d rounded up to whole vectors.</summary>
    public int PaddedColumns => Field.Output.PaddedOutputs;

    /// <remarks>A stage's point, its velocity and a step's sum of these; then the hidden units.</remarks>
    public override int ScratchColumns => 3 * PaddedColumns + VelocityUnits.Columns(Field);

    public override int ContextColumns => Field.Context?.Inputs ?? 0;

    public override BijectionKind Kind => BijectionKind.ContinuousMap;

    /// <summary>The time at half steps, from 1 down to 0.</summary>
    public double Time(int halfSteps) => 1 - halfSteps / (2.0 * Steps);

    public override void Forward(RowBlock block)
    {
        block.RequireContext(ContextColumns);
        var operation = new BlockForward(this, block);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override float Forward(RowWorkspace row)
    {
        row.RequireContext(ContextColumns);
        var operation = new RowForward(this, row);
        SimdDispatch.Run(row.Width, ref operation);
        return operation.LogDet;
    }

    public override void Inverse(DoubleBlock block) => _exact.Value.Inverse(block);

    public override void Backward(RowBlock input, RowBlock gradient)
    {
        input.RequireContext(ContextColumns);
        float[] states = ArrayPool<float>.Shared.Rent((Steps + 4) * Dimension * RowBlock.Rows);
        var operation = new InputGradient(this, input, gradient, states);
        SimdDispatch.Run(input.Width, ref operation);
        ArrayPool<float>.Shared.Return(states);
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(Steps);
        Field.Write(writer);
    }

    public static ContinuousMap Read(ModelReader reader, int context)
    {
        int dimension = reader.ReadInt32(), steps = reader.ReadInt32();
        reader.Check(
            dimension is >= 1 and <= 1 << 20 && steps is >= 1 and <= MaximumSteps,
            $"a continuous map of {dimension} dimensions in {steps} steps");
        try
        {
            VelocityField field = VelocityField.Read(reader, dimension, context);
            reader.Reserve((2L * steps + 1) * (field.Input.PaddedOutputs + Padding) * 2 * sizeof(float));
            return new ContinuousMap(field, steps);
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"The model is damaged: {fault.Message}");
        }
    }

    private readonly unsafe struct BlockForward(ContinuousMap map, RowBlock block) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* x = block.Values, context = block.Context, logDet = block.LogDet)
                RungeKuttaKernel<V, S>.Forward(map, row: false, context, x, x + map.Dimension * RowBlock.Rows, logDet);
        }
    }

    private unsafe struct RowForward(ContinuousMap map, RowWorkspace row) : ISimdOperation
    {
        public float LogDet { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            float logDet = 0;
            fixed (float* x = row.Values, context = row.Context, scratch = row.Scratch)
                RungeKuttaKernel<V, S>.Forward(map, row: true, context, x, scratch, &logDet);
            LogDet = logDet;
        }
    }

    private readonly unsafe struct InputGradient(ContinuousMap map, RowBlock input, RowBlock gradient, float[] states)
        : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int size = map.Dimension * RowBlock.Rows;
            fixed (float* x = input.Values, context = input.Context, g = gradient.Values, kept = states)
                RungeKuttaKernel<V, S>.Backward(map, context, x, x + size, g, g + size, kept);
        }
    }
}
