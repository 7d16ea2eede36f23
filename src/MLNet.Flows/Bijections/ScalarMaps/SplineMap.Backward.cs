using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.ScalarMaps;

internal readonly unsafe partial struct SplineMap
{
    // 1. With L = g z + weight log dz/dx and u = g h / D: dL/dt = u (A' - (A/D) D') + weight (N'/N - 2 D'/D), where ' is by t;
    // and likewise by s, d0 and d1.
    // 2. t, s come from x, x_k, w and h: dL/dx = dL/dt / w = -dL/dx_k, dL/dw = -(t dL/dt + s dL/ds) / w, dL/dh = g A/D + dL/ds /
    // w; and dL/dy_k = g.
    // 3. x_k is the sum of the widths before: each of those gets dL/dx_k, the bin's own gets dL/dw, later ones 0. Through the
    // softmax m: dL/draw_j = c m_j (G_j - sum_i G_i m_i). Heights likewise.
    // 4. Outside the box only g passes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward<V, S>(float* x, float* parameters, int stride, float* weights, float* g, float* onParameters)
        where V : struct
        where S : struct, ISimd<V>
    {
        float* sizes = stackalloc float[2 * Bins * Widest];
        V one = S.Create(1), two = S.Create(2), zero = S.Create(0), bound = S.Create(Bound);
        for (int r = 0; r < R; r += S.Count)
        {
            V value = S.Load(x + r), distance = S.Abs(value), weight = S.Load(weights + r);
            V onZ = ValueLimit.Clamp<V, S>(S.Load(g + r));
            Bin<V, S> bin = Find<V, S>(value, parameters + r, stride, sizes, out V perWidth, out V perHeight);
            V t = bin.T, rest = S.Subtract(one, t), p = bin.P, s = bin.Rise;
            V inverseD = S.Divide(one, bin.D), inverseN = S.Divide(one, bin.N), inverseW = S.Divide(one, bin.W);
            V ratio = S.Multiply(bin.A, inverseD), u = S.Multiply(S.Multiply(onZ, bin.H), inverseD);
            V odd = S.Subtract(rest, t), even = S.NegatedMultiplyAdd(two, p, one);
            V twiceWeight = S.Multiply(two, weight), weightOverN = S.Multiply(weight, inverseN);
            V twiceWeightOverD = S.Multiply(twiceWeight, inverseD);

            V changeOfD = S.Multiply(bin.Q, odd);
            V changeOfA = S.MultiplyAdd(S.Multiply(two, s), t, S.Multiply(bin.D0, odd));
            V changeOfN = S.Multiply(
                two, S.MultiplyAdd(bin.D1, t, S.NegatedMultiplyAdd(bin.D0, rest, S.Multiply(s, odd))));
            V onT = S.MultiplyAdd(
                u,
                S.NegatedMultiplyAdd(ratio, changeOfD, changeOfA),
                S.NegatedMultiplyAdd(twiceWeightOverD, changeOfD, S.Multiply(weightOverN, changeOfN)));
            V onS = S.MultiplyAdd(
                u,
                S.NegatedMultiplyAdd(ratio, even, S.Multiply(t, t)),
                S.MultiplyAdd(
                    S.Multiply(two, p),
                    weightOverN,
                    S.NegatedMultiplyAdd(twiceWeightOverD, even, S.Divide(twiceWeight, s))));
            V common = S.NegatedMultiplyAdd(twiceWeightOverD, p, S.Multiply(S.Multiply(u, p), S.Subtract(zero, ratio)));
            V onD0 = S.MultiplyAdd(u, p, S.MultiplyAdd(weightOverN, S.Multiply(rest, rest), common));
            V onD1 = S.MultiplyAdd(weightOverN, S.Multiply(t, t), common);

            V onX = S.Multiply(onT, inverseW);
            V onW = S.Multiply(S.Subtract(zero, S.MultiplyAdd(t, onT, S.Multiply(s, onS))), inverseW);
            V onH = S.MultiplyAdd(onZ, ratio, S.Multiply(onS, inverseW));
            V inside(V inBox) => S.SelectLess(distance, bound, ValueLimit.Clamp<V, S>(inBox), zero);
            onW = inside(onW);
            onH = inside(onH);
            V before = inside(S.Subtract(zero, onX)), below = inside(onZ);
            onD0 = inside(S.Multiply(onD0, Sigmoid<V, S>(bin.Raw0)));
            onD1 = inside(S.Multiply(onD1, Sigmoid<V, S>(bin.Raw1)));
            S.Store(S.SelectLess(distance, bound, ValueLimit.Clamp<V, S>(onX), onZ), g + r);
            Distribute<V, S>(
                value, sizes, perWidth, perHeight, onW, before, onH, below, onD0, onD1, onParameters + r, stride);
        }
    }

    // The slope's own slope by raw.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sigmoid<V, S>(V raw)
        where V : struct
        where S : struct, ISimd<V>
    {
        V shifted = S.Add(raw, S.Create(SlopeShift)), one = S.Create(1), zero = S.Create(0);
        V e = VectorMath<V, S>.Exp(S.Subtract(zero, S.Abs(shifted))), near = S.Divide(one, S.Add(one, e));
        return S.SelectLess(shifted, zero, S.Multiply(e, near), near);
    }

    // Step 3: walks the knots once for the softmaxes' means, and once to write.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Distribute<V, S>(
        V x, float* sizes, V perWidth, V perHeight, V onW, V before, V onH, V below, V onD0, V onD1, float* to, int stride)
        where V : struct
        where S : struct, ISimd<V>
    {
        int half = Bins * S.Count;
        V zero = S.Create(0), smallest = S.Create(SmallestBin), shared = S.Create(Shared);
        V toWidth = S.Multiply(perWidth, shared);
        V widths = zero, heights = zero;
        for (int pass = 0; pass < 2; pass++)
        {
            V left = S.Create(-Bound), ofWidths = zero, ofHeights = zero;
            for (int k = 0; k < Bins; k++)
            {
                V size = S.Load(sizes + k * S.Count), m = S.Multiply(size, perWidth);
                V n = S.Multiply(S.Load(sizes + half + k * S.Count), perHeight);
                V right = S.Add(left, S.MultiplyAdd(size, toWidth, smallest));
                V ownOrBeforeW = k == Bins - 1 ? onW : S.SelectLess(x, right, onW, before);
                V ownOrBelowH = k == Bins - 1 ? onH : S.SelectLess(x, right, onH, below);
                V onWidth = k == 0 ? ownOrBeforeW : S.SelectLess(x, left, zero, ownOrBeforeW);
                V onHeight = k == 0 ? ownOrBelowH : S.SelectLess(x, left, zero, ownOrBelowH);
                if (pass == 0)
                {
                    ofWidths = S.MultiplyAdd(onWidth, m, ofWidths);
                    ofHeights = S.MultiplyAdd(onHeight, n, ofHeights);
                }
                else
                {
                    S.Store(S.Multiply(S.Multiply(shared, m), S.Subtract(onWidth, widths)), to + k * stride);
                    S.Store(S.Multiply(S.Multiply(shared, n), S.Subtract(onHeight, heights)), to + (Bins + k) * stride);

                    // The knot between bins k and k + 1.
                    if (k < Bins - 1)
                    {
                        V next = S.MultiplyAdd(S.Load(sizes + (k + 1) * S.Count), toWidth, smallest);
                        V ofNext = k == Bins - 2 ? onD0 : S.SelectLess(x, S.Add(right, next), onD0, zero);
                        V ofOwn = k == 0 ? onD1 : S.SelectLess(x, left, zero, onD1);
                        S.Store(S.SelectLess(x, right, ofOwn, ofNext), to + (2 * Bins + k) * stride);
                    }
                }

                left = right;
            }

            if (pass == 0)
                (widths, heights) = (ofWidths, ofHeights);
        }
    }
}
