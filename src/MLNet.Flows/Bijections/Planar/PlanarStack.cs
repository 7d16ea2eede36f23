using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>A stack of planar bijections, each of which bends space along one direction, as one map.</summary>
/// <remarks>f(x) = x + sum_k uHat_k tanh(a_k), a_k = b_k + w_k.x + sum_(j&lt;k) C_kj tanh(a_j), C_kj = w_k.uHat_j;
/// log|det df/dx| = sum_k log(1 + c_kk (1 - tanh^2 a_k)), c_kk = w_k.uHat_k &gt; -1. O(2 K D + K^2 / 2) per row.
/// Rezende and Mohamed 2015, arXiv:1505.05770, eq. 10-12 and appendix A.1.</remarks>
internal sealed unsafe class PlanarStack : Bijection
{
    private const int MaximumLayers = 1 << 16;
    private readonly PlanarPanels _panels;
    private readonly float[] _w;
    private readonly float[] _uHat;
    private readonly float[] _b;
    private readonly Lazy<PlanarInverse> _inverse;

    /// <param name="dimension">D.</param>
    /// <param name="w">[K, D], row-major.</param>
    /// <param name="uHat">[K, D], row-major, already constrained.</param>
    /// <param name="b">[K].</param>
    /// <exception cref="ArgumentException">A layer is not invertible: w_k.uHat_k is not above -1.</exception>
    public PlanarStack(int dimension, float[] w, float[] uHat, float[] b)
        : base(dimension)
    {
        (_w, _uHat, _b) = (w, uHat, b);
        _panels = new PlanarPanels(dimension, b.Length);
        _panels.Set(w, uHat, b);
        _inverse = new Lazy<PlanarInverse>(() => new PlanarInverse(dimension, w, uHat, b));
        if (FirstSingularLayer() is int k)
            throw new ArgumentException($"Layer {k} has w.uHat = {_panels.C[k]}, but a planar layer is invertible only above -1. Constrain u first.");
    }

    public int Layers => _b.Length;

    /// <summary>[K, D].</summary>
    public ReadOnlySpan<float> W => _w;

    /// <summary>[K, D].</summary>
    public ReadOnlySpan<float> UHat => _uHat;

    /// <summary>[K].</summary>
    public ReadOnlySpan<float> B => _b;

    public override int ScratchColumns => _panels.PaddedLayers;

    public override BijectionKind Kind => BijectionKind.PlanarStack;

    public override void Forward(RowBlock block)
    {
        fixed (float* x = block.Values, logDet = block.LogDet)
            Forward(_panels, block.Width, x, x + Dimension * RowBlock.Rows, logDet);
    }

    public override float Forward(RowWorkspace row)
    {
        fixed (float* x = row.Values, a = row.Scratch)
        {
            return row.Width switch
            {
                SimdWidth.Vector512 => PlanarRowKernel<Vector512<float>, Simd512>.Run(_panels, x, a),
                SimdWidth.Vector256 => PlanarRowKernel<Vector256<float>, Simd256>.Run(_panels, x, a),
                SimdWidth.Vector128 => PlanarRowKernel<Vector128<float>, Simd128>.Run(_panels, x, a),
                _ => PlanarRowKernel<float, SimdScalar>.Run(_panels, x, a),
            };
        }
    }

    public override void Inverse(DoubleBlock block) => _inverse.Value.Run(block);

    public override void Backward(RowBlock input, RowBlock gradient)
    {
        var operation = new InputGradient(_panels, input, gradient);
        SimdDispatch.Run(input.Width, ref operation);
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(Layers);
        writer.Write(_w);
        writer.Write(_uHat);
        writer.Write(_b);
    }

    public static PlanarStack Read(ModelReader reader)
    {
        int dimension = reader.ReadInt32(), layers = reader.ReadInt32();
        reader.Check(dimension is >= 0 and <= 1 << 24 && layers is >= 0 and <= MaximumLayers, $"a planar stack of {layers} layers on {dimension} dimensions");
        reader.CheckRemaining((2L * dimension + 1) * layers * sizeof(float));
        float[] w = reader.ReadFiniteSingles(layers * dimension), uHat = reader.ReadFiniteSingles(layers * dimension), b = reader.ReadFiniteSingles(layers);
        try
        {
            return new PlanarStack(dimension, w, uHat, b);
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"The model is damaged: {fault.Message}", fault);
        }
    }

    /// <summary>The block kernel at a width: x [D, 64] in place, h [K padded, 64], logDet [64] added to.</summary>
    internal static void Forward(PlanarPanels panels, SimdWidth width, float* x, float* h, float* logDet)
    {
        switch (width)
        {
            case SimdWidth.Vector512:
                PlanarForwardKernel<Vector512<float>, Simd512>.Run(panels, x, h, logDet);
                break;
            case SimdWidth.Vector256:
                PlanarForwardKernel<Vector256<float>, Simd256>.Run(panels, x, h, logDet);
                break;
            case SimdWidth.Vector128:
                PlanarForwardKernel<Vector128<float>, Simd128>.Run(panels, x, h, logDet);
                break;
            default:
                PlanarForwardKernel<float, SimdScalar>.Run(panels, x, h, logDet);
                break;
        }
    }

    // Runs forward again on a copy of the points for h, then back; the gradient's scratch columns hold the gradient on a.
    private struct InputGradient(PlanarPanels panels, RowBlock input, RowBlock gradient) : ISimdOperation
    {
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int size = panels.Dimension * RowBlock.Rows;
            var points = new AlignedBuffer(size);
            var logDet = new AlignedBuffer(RowBlock.Rows);
            input.Values.Span[..size].CopyTo(points.Span);
            fixed (float* x = points, l = logDet, h = input.Values, g = gradient.Values)
            {
                PlanarForwardKernel<V, S>.Run(panels, x, h + size, l);
                PlanarBackwardKernel<V, S>.RunToInput(panels, h + size, g, g + size);
            }
        }
    }

    private int? FirstSingularLayer()
    {
        for (int k = 0; k < Layers; k++)
        {
            if (!(_panels.C[k] > -1 && float.IsFinite(_panels.C[k])))
                return k;
        }

        return null;
    }
}
