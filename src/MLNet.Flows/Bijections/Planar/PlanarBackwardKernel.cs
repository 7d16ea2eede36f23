using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>Gradients of sum_r v_r (log|det|_r + log p_Z(z_r)) over a block of 64 rows; a vector holds rows.</summary>
/// <remarks>
/// With g = v d log p_Z / dz given, and gh, ga the gradients with respect to h and a:
/// 1. gh_k = uHat_k.g + sum_(j&gt;k) C_jk ga_j: the forward recurrence run backwards, panels of four layers from the last to the
///    first.
/// 2. q_k = 1 + c_kk (1 - h_k^2) depends on h_k: d log q / dh = -2 c h / q. And h = tanh a: dh/da = 1 - h^2. So
///    ga_k = (1 - h_k^2) (gh_k - 2 v c_kk h_k / q_k).
/// 3. Per layer: gb_k = sum_r ga_k, and the explicit gradient on c_kk is sum_r v (1 - h_k^2) / q_k.
/// 4. Outer products over the rows: gW_k = sum_r ga_k x, gUHat_k = sum_r h_k g, and T_jk = sum_r h_j ga_k, the gradient on C_kj.
///    Of the two factors, the one that has layers is transposed, so that vectors hold layers (<see cref="MatrixKernel{V, S}"/>).
/// </remarks>
internal static unsafe class PlanarBackwardKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <param name="panels">The stack.</param>
    /// <param name="latentGradient">v d log p_Z / dz in its first D columns.</param>
    /// <param name="weights">[64], v.</param>
    /// <param name="state">What the forward pass left; receives the gradient with respect to a and the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PlanarPanels panels, RowBlock latentGradient, ReadOnlySpan<float> weights, PlanarAccumulator state)
    {
        PlanarGradientSums sums = state.Sums;
        int layers = panels.PaddedLayers, dimension = panels.Dimension, stride = sums.Stride, turned = (layers + 7) / 8 * 8;
        fixed (float* uHat = panels.UHat, left = panels.Left, c = panels.C)
        fixed (float* x = state.X, h = state.H, ga = state.GradientA, right = state.Rows, g = latentGradient.Values, v = weights)
        fixed (float* sumW = sums.W, sumUHat = sums.UHat, sumT = sums.T, sumB = sums.B, sumC = sums.C)
        {
            Activations(dimension, layers, uHat, left, c, h, g, v, ga, sumB, sumC);
            Transposition.Of(ga, turned, R, R, right, stride);
            MatrixKernel<V, S>.Run(dimension, x, R, R, right, stride, layers, sumW, stride);
            MatrixKernel<V, S>.Run(layers, h, R, R, right, stride, layers, sumT, stride, upper: true);
            Transposition.Of(h, turned, R, R, right, stride);
            MatrixKernel<V, S>.Run(dimension, g, R, R, right, stride, layers, sumUHat, stride);
        }
    }

    /// <summary>The gradient with respect to the inputs alone, all row weights 1: steps 1 and 2, then g + sum_k w_k
    /// ga_k.</summary>
    /// <param name="panels">The stack.</param>
    /// <param name="activations">A block whose scratch columns the forward pass has filled with h.</param>
    /// <param name="gradient">d log p_Z / dz, overwritten with the gradient with respect to x; its scratch columns receive the
    /// gradient with respect to a.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunToInput(PlanarPanels panels, RowBlock activations, RowBlock gradient)
    {
        int layers = panels.PaddedLayers, dimension = panels.Dimension;
        var ones = new AlignedBuffer(R);
        ones.Span.Fill(1);
        var sums = new AlignedBuffer(2 * layers * S.Count);
        fixed (float* w = panels.W, uHat = panels.UHat, left = panels.Left, c = panels.C, v = ones, unused = sums)
        fixed (float* x = activations.Values, g = gradient.Values)
        {
            float* h = x + dimension * R, ga = g + dimension * R;
            Activations(dimension, layers, uHat, left, c, h, g, v, ga, unused, unused + layers * S.Count);
            for (int d = 0; d < dimension; d++)
            {
                for (int r = 0; r < R; r += S.Count)
                {
                    V sum = S.Load(g + d * R + r);
                    for (int k = 0; k < layers; k++)
                        sum = S.MultiplyAdd(S.Create(w[d * layers + k]), S.Load(ga + k * R + r), sum);
                    S.Store(sum, g + d * R + r);
                }
            }
        }
    }

    // Steps 1 to 3, panels of four layers from the last to the first, in a panel the last layer first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activations(
        int dimension, int layers, float* uHat, float* left, float* c, float* h, float* g, float* v, float* ga, float* sumB,
        float* sumC)
    {
        for (int k = layers - 4; k >= 0; k -= 4)
        {
            for (int r = 0; r < R; r += 2 * S.Count)
                Products(dimension, layers, k, uHat, left, g + r, ga + r);
            for (int i = 3; i >= 0; i--)
            {
                int layer = k + i;
                Activate(
                    i, left + layer * layers + k, c[layer], h + layer * R, v, ga + k * R, sumB + layer * S.Count,
                    sumC + layer * S.Count);
            }
        }
    }

    // Step 1 without the panel itself, for two vectors of rows: UHat g + C^T ga of four layers, from the columns of g and of the
    // panels behind, left in ga's place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products(int dimension, int layers, int k, float* uHat, float* left, float* g, float* ga)
    {
        int behind = k + 4;
        V zero = S.Create(0);
        V g00 = zero, g01 = zero, g10 = zero, g11 = zero, g20 = zero, g21 = zero, g30 = zero, g31 = zero;
        PlanarTileKernel<V, S>.Add(
            dimension, uHat + k, g, layers - behind, left + behind * layers + k, ga + behind * R, layers,
            ref g00, ref g01, ref g10, ref g11, ref g20, ref g21, ref g30, ref g31);
        PlanarTileKernel<V, S>.Store(ga + k * R, g00, g01, g10, g11, g20, g21, g30, g31);
    }

    // Steps 2 and 3 for layer i of a panel: turns its gh into ga and adds, step 1, what ga_i gives to the gh of the panel's
    // layers before it; row[k] = C_ik.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activate(int i, float* row, float c, float* h, float* v, float* panel, float* sumB, float* sumC)
    {
        V vc = S.Create(c), one = S.Create(1), onePlusC = S.Create(1 + c), twoC = S.Create(c + c), b = S.Load(sumB);
        V onC = S.Load(sumC);
        float* ga = panel + i * R;
        for (int r = 0; r < R; r += S.Count)
        {
            V hi = S.Load(h + r);
            V slope = S.NegatedMultiplyAdd(hi, hi, one);
            V weight = S.Divide(S.Load(v + r), S.NegatedMultiplyAdd(S.Multiply(vc, hi), hi, onePlusC));
            onC = S.MultiplyAdd(slope, weight, onC);
            V gai = S.Multiply(slope, S.NegatedMultiplyAdd(S.Multiply(twoC, hi), weight, S.Load(ga + r)));
            b = S.Add(b, gai);
            S.Store(gai, ga + r);
        }

        S.Store(b, sumB);
        S.Store(onC, sumC);
        for (int k = 0; k < i; k++)
        {
            V cik = S.Create(row[k]);
            float* gh = panel + k * R;
            for (int r = 0; r < R; r += S.Count)
                S.Store(S.MultiplyAdd(cik, S.Load(ga + r), S.Load(gh + r)), gh + r);
        }
    }
}
