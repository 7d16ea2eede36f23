using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>y = b + W x over a block of 64 rows, kept within limits; a vector holds one quantity of <c>S.Count</c> rows.</summary>
/// <remarks>A tile of four outputs x 2 vectors of rows stays in registers while the inputs stream past: per input two loads and four
/// broadcasts feed eight multiply-adds, eight sums that do not wait for each other, and no width runs out of registers. Each sum
/// starts at its bias and takes the inputs in ascending order, as in <see cref="DenseRowKernel{V, S}"/>.</remarks>
internal static unsafe class DenseKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <param name="panels">W and b.</param>
    /// <param name="x">[inputs, 64].</param>
    /// <param name="y">[outputs padded, 64].</param>
    /// <param name="lowest">The least value in y: 0 makes a rectifier. The largest is <see cref="DenseLayer.Farthest"/>.</param>
    public static void Run(DensePanels panels, float* x, float* y, float lowest)
    {
        fixed (float* weights = panels.Weights, bias = panels.Bias)
        {
            for (int r = 0; r < R; r += 2 * S.Count)
            {
                float* panel = weights;
                for (int o = 0; o < panels.PaddedOutputs; o += DensePanels.Height, panel += DensePanels.Height * panels.Inputs)
                    Tile(panels.Inputs, panel, bias + o, x + r, y + o * R + r, S.Create(lowest));
            }
        }
    }

    private static void Tile(int inputs, float* panel, float* bias, float* x, float* y, V lowest)
    {
        int v = S.Count;
        V y00 = S.Create(bias[0]), y01 = y00, y10 = S.Create(bias[1]), y11 = y10;
        V y20 = S.Create(bias[2]), y21 = y20, y30 = S.Create(bias[3]), y31 = y30;
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

        V highest = S.Create(DenseLayer.Farthest);
        S.Store(S.Min(S.Max(y00, lowest), highest), y);
        S.Store(S.Min(S.Max(y01, lowest), highest), y + v);
        S.Store(S.Min(S.Max(y10, lowest), highest), y + R);
        S.Store(S.Min(S.Max(y11, lowest), highest), y + R + v);
        S.Store(S.Min(S.Max(y20, lowest), highest), y + 2 * R);
        S.Store(S.Min(S.Max(y21, lowest), highest), y + 2 * R + v);
        S.Store(S.Min(S.Max(y30, lowest), highest), y + 3 * R);
        S.Store(S.Min(S.Max(y31, lowest), highest), y + 3 * R + v);
    }
}
