using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Linear;

/// <summary>z = W x + b with an invertible matrix W; log|det| = log|det W|.</summary>
/// <remarks>The inverse and the determinant come from an LU decomposition of W in double precision, made when first needed, so
/// that they are those of the very weights that score. Kingma and Dhariwal 2018, arXiv:1807.03039, section 3.2.</remarks>
internal sealed class LinearMap : Bijection
{
    private readonly DenseLayer _layer;
    private readonly LowerUpper _factors;

    /// <param name="layer">W and b: as many outputs as inputs, at least one.</param>
    /// <exception cref="ArgumentException">W is not square, or singular.</exception>
    public LinearMap(DenseLayer layer)
        : base(layer.Outputs)
    {
        if (layer.Inputs != layer.Outputs)
        {
            throw new ArgumentException($"A linear map has {layer.Inputs} inputs and {layer.Outputs} outputs, but needs as many "
                + "of both. Give it a square matrix.");
        }

        _layer = layer;
        _factors = LowerUpper.Of(layer.Weights, layer.Outputs);
        LogDet = (float)_factors.LogDet;
        if (!float.IsFinite(LogDet))
        {
            throw new ArgumentException($"The {layer.Outputs} x {layer.Outputs} matrix of a linear map is singular. Give it one "
                + "that has an inverse.");
        }
    }

    /// <summary>log|det W|.</summary>
    public float LogDet { get; }

    public ReadOnlySpan<float> Weights => _layer.Weights;

    public ReadOnlySpan<float> Biases => _layer.Biases;

    public override int ScratchColumns => _layer.PaddedOutputs;

    public override BijectionKind Kind => BijectionKind.LinearMap;

    public override void Forward(RowBlock block)
    {
        var operation = new BlockForward(_layer.Panels, block);
        SimdDispatch.Run(block.Width, ref operation);
        foreach (ref float logDet in block.LogDet.Span[..RowBlock.Rows])
            logDet += LogDet;
    }

    public override float Forward(RowWorkspace row)
    {
        var operation = new RowForward(_layer, row);
        SimdDispatch.Run(row.Width, ref operation);
        return LogDet;
    }

    public override void Inverse(DoubleBlock block)
    {
        const int R = RowBlock.Rows;
        var point = new double[Dimension];
        for (int r = 0; r < R; r++)
        {
            for (int d = 0; d < Dimension; d++)
                point[d] = block.Values[d * R + r] - _layer.Biases[d];
            _factors.Solve(point);
            for (int d = 0; d < Dimension; d++)
                block.Values[d * R + r] = point[d];
            block.LogDet[r] -= LogDet;
        }
    }

    public override void Backward(RowBlock input, RowBlock gradient)
    {
        var operation = new BlockForward(_layer.Transposed, gradient);
        SimdDispatch.Run(gradient.Width, ref operation);
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(_layer.Weights);
        writer.Write(_layer.Biases);
    }

    public static LinearMap Read(ModelReader reader)
    {
        int dimension = reader.ReadInt32();
        reader.Check(dimension is >= 1 and <= 1 << 15, $"a linear map of dimension {dimension}");
        long weights = (long)dimension * dimension;
        reader.CheckRemaining((weights + dimension) * sizeof(float));

        // The layer in the orders of its kernels, and the factors in double precision.
        reader.Reserve(8 * weights * sizeof(float));
        float[] matrix = reader.ReadFiniteSingles((int)weights), bias = reader.ReadFiniteSingles(dimension);
        try
        {
            return new LinearMap(new DenseLayer(dimension, dimension, matrix, bias));
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"The model is damaged: {fault.Message}");
        }
    }

    // A product goes to the scratch columns, from where it takes the place of its factor.
    private readonly unsafe struct BlockForward(DensePanels panels, RowBlock block) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int size = block.Dimension * RowBlock.Rows;
            fixed (float* x = block.Values)
            {
                DenseKernel<V, S>.Run(panels, x, x + size, -ValueLimit.Largest);
                new Span<float>(x + size, size).CopyTo(new Span<float>(x, size));
            }
        }
    }

    private readonly unsafe struct RowForward(DenseLayer layer, RowWorkspace row) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* x = row.Values, scratch = row.Scratch)
            {
                DenseRowKernel<V, S>.Run(layer, x, scratch, -ValueLimit.Largest);
                new Span<float>(scratch, layer.Outputs).CopyTo(new Span<float>(x, layer.Outputs));
            }
        }
    }
}
