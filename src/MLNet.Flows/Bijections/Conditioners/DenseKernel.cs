using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Conditioners;

/// <summary>y = b + W x over a block of 64 rows, kept within limits; a vector holds one quantity of <c>S.Count</c>
/// rows.</summary>
/// <remarks>
/// 1. A tile of four outputs x 2 vectors of rows stays in registers while the inputs stream past: per input two loads and four
///    broadcasts feed eight multiply-adds, eight sums that do not wait for each other, and no width runs out of registers.
/// 2. Where four vectors are a block and registers are 32, a tile is four outputs x 4 vectors: eight loads feed sixteen
///    multiply-adds, whose sixteen sums leave slack behind the four steps that each waits for its last.
/// 3. Each sum starts at its bias and takes the inputs in ascending order, as in <see cref="DenseRowKernel{V, S}"/>: any tile
///    gives the same bits.
/// 4. Inputs for which a panel has no weights are left out: adding 0 times x changes no sum.
/// 5. What is added to the outputs joins the biases, before the first input.
/// 6. Wide layers go by stretches of 64 inputs, which stay in the first-level cache for all tiles; between stretches a tile rests
///    in y, to the bit.
/// </remarks>
internal static unsafe class DenseKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;
    private const int Stretch = 64;

    /// <param name="panels">W and b.</param>
    /// <param name="x">[inputs, 64].</param>
    /// <param name="y">[outputs padded, 64].</param>
    /// <param name="lowest">The least value in y: 0 makes a rectifier. The largest is <see cref="ValueLimit"/>.</param>
    /// <param name="added">[outputs padded, 64], added to y before its limits; null for nothing.</param>
    /// <param name="biases">[outputs padded], in place of the panels' own; null for those.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        DensePanels panels, float* x, float* y, float lowest, float* added = null, AlignedBuffer? biases = null)
    {
        ReadOnlySpan<int> starts = panels.Starts, ends = panels.Ends;
        fixed (float* weights = panels.Weights, bias = biases ?? panels.Bias)
        {
            int start = 0;
            do
            {
                int count = Math.Min(Stretch, panels.Inputs - start);
                bool first = start == 0, last = start + count == panels.Inputs;
                int stride = DensePanels.Height * panels.Inputs;
                for (int p = 0; p < starts.Length; p++)
                {
                    int low = Math.Max(start, starts[p]), inputs = Math.Max(Math.Min(start + count, ends[p]) - low, 0);
                    if (inputs == 0 && !first && !last)
                        continue;
                    int o = p * DensePanels.Height;
                    float* panel = weights + p * stride + low * DensePanels.Height, from = x + low * R, to = y + o * R;
                    float* sums = first ? bias + o : null;
                    if (first && added != null)
                    {
                        Start(sums, added + o * R, to);
                        sums = null;
                    }

                    if (4 * S.Count == R)
                    {
                        FourByFour(inputs, panel, sums, from, to, last, S.Create(lowest));
                    }
                    else
                    {
                        for (int r = 0; r < R; r += 2 * S.Count)
                            FourByTwo(inputs, panel, sums, from + r, to + r, last, S.Create(lowest));
                    }
                }

                start += count;
            }
            while (start < panels.Inputs);
        }
    }

    // y = bias + added, of four outputs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Start(float* bias, float* added, float* y)
    {
        for (int i = 0; i < DensePanels.Height * R; i += S.Count)
            S.Store(S.Add(S.Create(bias[i / R]), S.Load(added + i)), y + i);
    }

    // Four outputs of two vectors of rows: from the biases, or where there are none from y, into y.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByTwo(int inputs, float* panel, float* bias, float* x, float* y, bool limit, V lowest)
    {
        int v = S.Count;
        V y00, y01, y10, y11, y20, y21, y30, y31;
        if (bias != null)
        {
            y00 = y01 = S.Create(bias[0]);
            y10 = y11 = S.Create(bias[1]);
            y20 = y21 = S.Create(bias[2]);
            y30 = y31 = S.Create(bias[3]);
        }
        else
        {
            y00 = S.Load(y);
            y01 = S.Load(y + v);
            y10 = S.Load(y + R);
            y11 = S.Load(y + R + v);
            y20 = S.Load(y + 2 * R);
            y21 = S.Load(y + 2 * R + v);
            y30 = S.Load(y + 3 * R);
            y31 = S.Load(y + 3 * R + v);
        }

        for (int i = 0; i < inputs; i++, panel += DensePanels.Height, x += R)
        {
            V x0 = S.Load(x), x1 = S.Load(x + v);
            V w = S.Create(panel[0]);
            y00 = S.MultiplyAdd(w, x0, y00);
            y01 = S.MultiplyAdd(w, x1, y01);
            w = S.Create(panel[1]);
            y10 = S.MultiplyAdd(w, x0, y10);
            y11 = S.MultiplyAdd(w, x1, y11);
            w = S.Create(panel[2]);
            y20 = S.MultiplyAdd(w, x0, y20);
            y21 = S.MultiplyAdd(w, x1, y21);
            w = S.Create(panel[3]);
            y30 = S.MultiplyAdd(w, x0, y30);
            y31 = S.MultiplyAdd(w, x1, y31);
        }

        V least = limit ? lowest : S.Create(float.MinValue), most = S.Create(limit ? ValueLimit.Largest : float.MaxValue);
        S.Store(S.Min(S.Max(y00, least), most), y);
        S.Store(S.Min(S.Max(y01, least), most), y + v);
        S.Store(S.Min(S.Max(y10, least), most), y + R);
        S.Store(S.Min(S.Max(y11, least), most), y + R + v);
        S.Store(S.Min(S.Max(y20, least), most), y + 2 * R);
        S.Store(S.Min(S.Max(y21, least), most), y + 2 * R + v);
        S.Store(S.Min(S.Max(y30, least), most), y + 3 * R);
        S.Store(S.Min(S.Max(y31, least), most), y + 3 * R + v);
    }

    // Four outputs of four vectors of rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByFour(int inputs, float* panel, float* bias, float* x, float* y, bool limit, V lowest)
    {
        int v = S.Count;
        V y00, y01, y02, y03, y10, y11, y12, y13, y20, y21, y22, y23, y30, y31, y32, y33;
        if (bias != null)
        {
            y00 = y01 = y02 = y03 = S.Create(bias[0]);
            y10 = y11 = y12 = y13 = S.Create(bias[1]);
            y20 = y21 = y22 = y23 = S.Create(bias[2]);
            y30 = y31 = y32 = y33 = S.Create(bias[3]);
        }
        else
        {
            y00 = S.Load(y);
            y01 = S.Load(y + v);
            y02 = S.Load(y + 2 * v);
            y03 = S.Load(y + 3 * v);
            y10 = S.Load(y + R);
            y11 = S.Load(y + R + v);
            y12 = S.Load(y + R + 2 * v);
            y13 = S.Load(y + R + 3 * v);
            y20 = S.Load(y + 2 * R);
            y21 = S.Load(y + 2 * R + v);
            y22 = S.Load(y + 2 * R + 2 * v);
            y23 = S.Load(y + 2 * R + 3 * v);
            y30 = S.Load(y + 3 * R);
            y31 = S.Load(y + 3 * R + v);
            y32 = S.Load(y + 3 * R + 2 * v);
            y33 = S.Load(y + 3 * R + 3 * v);
        }

        for (int i = 0; i < inputs; i++, panel += DensePanels.Height, x += R)
        {
            V x0 = S.Load(x), x1 = S.Load(x + v), x2 = S.Load(x + 2 * v), x3 = S.Load(x + 3 * v), w = S.Create(panel[0]);
            y00 = S.MultiplyAdd(w, x0, y00);
            y01 = S.MultiplyAdd(w, x1, y01);
            y02 = S.MultiplyAdd(w, x2, y02);
            y03 = S.MultiplyAdd(w, x3, y03);
            w = S.Create(panel[1]);
            y10 = S.MultiplyAdd(w, x0, y10);
            y11 = S.MultiplyAdd(w, x1, y11);
            y12 = S.MultiplyAdd(w, x2, y12);
            y13 = S.MultiplyAdd(w, x3, y13);
            w = S.Create(panel[2]);
            y20 = S.MultiplyAdd(w, x0, y20);
            y21 = S.MultiplyAdd(w, x1, y21);
            y22 = S.MultiplyAdd(w, x2, y22);
            y23 = S.MultiplyAdd(w, x3, y23);
            w = S.Create(panel[3]);
            y30 = S.MultiplyAdd(w, x0, y30);
            y31 = S.MultiplyAdd(w, x1, y31);
            y32 = S.MultiplyAdd(w, x2, y32);
            y33 = S.MultiplyAdd(w, x3, y33);
        }

        V least = limit ? lowest : S.Create(float.MinValue), most = S.Create(limit ? ValueLimit.Largest : float.MaxValue);
        S.Store(S.Min(S.Max(y00, least), most), y);
        S.Store(S.Min(S.Max(y01, least), most), y + v);
        S.Store(S.Min(S.Max(y02, least), most), y + 2 * v);
        S.Store(S.Min(S.Max(y03, least), most), y + 3 * v);
        S.Store(S.Min(S.Max(y10, least), most), y + R);
        S.Store(S.Min(S.Max(y11, least), most), y + R + v);
        S.Store(S.Min(S.Max(y12, least), most), y + R + 2 * v);
        S.Store(S.Min(S.Max(y13, least), most), y + R + 3 * v);
        S.Store(S.Min(S.Max(y20, least), most), y + 2 * R);
        S.Store(S.Min(S.Max(y21, least), most), y + 2 * R + v);
        S.Store(S.Min(S.Max(y22, least), most), y + 2 * R + 2 * v);
        S.Store(S.Min(S.Max(y23, least), most), y + 2 * R + 3 * v);
        S.Store(S.Min(S.Max(y30, least), most), y + 3 * R);
        S.Store(S.Min(S.Max(y31, least), most), y + 3 * R + v);
        S.Store(S.Min(S.Max(y32, least), most), y + 3 * R + 2 * v);
        S.Store(S.Min(S.Max(y33, least), most), y + 3 * R + 3 * v);
    }
}
