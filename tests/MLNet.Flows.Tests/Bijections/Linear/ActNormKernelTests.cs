using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Bijections.Linear;

public sealed class ActNormKernelTests
{
    private const int R = RowBlock.Rows;
    private const int Dimension = 5;

    public static TheoryData<int> Widths => [.. SimdWidths.All.Select(each => each.Data)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Backward_AtAnyWidth_IsPlainSumsAndTheSameBits(int width)
    {
        (float[] g, float[] z, float[] scales) = (Draw(Dimension * R, 1), Draw(Dimension * R, 2), Draw(Dimension, 3));

        (float[] onInputs, double[] sums) = Backward((SimdWidth)width, g, z, scales);

        for (int d = 0; d < Dimension; d++)
        {
            double onLocation = 0, onLogScale = 0, size = 0;
            for (int r = d * R; r < (d + 1) * R; r++)
            {
                Assert.Equal(g[r] * scales[d], onInputs[r]);
                onLocation -= (double)g[r] * scales[d];
                onLogScale -= (double)g[r] * z[r];
                size += Math.Abs((double)g[r] * scales[d]) + Math.Abs((double)g[r] * z[r]);
            }

            Assert.Equal(10 + onLocation, sums[d], 1e-6 * size);
            Assert.Equal(10 + onLogScale - 7, sums[Dimension + d], 1e-6 * size);
        }

        Assert.Equal(Backward(SimdWidth.Scalar, g, z, scales).Sums, sums);
    }

    // Sums are added to.
    private static (float[] OnInputs, double[] Sums) Backward(SimdWidth width, float[] g, float[] z, float[] scales)
    {
        var block = new RowBlock(Dimension, 0, width);
        g.CopyTo(block.Values.Span);
        var inverseScale = new AlignedBuffer(Dimension);
        scales.CopyTo(inverseScale.Span);
        double[] sums = [.. Enumerable.Repeat(10.0, 2 * Dimension)];
        var operation = new ActNormKernel.Backward(block, z, inverseScale, weight: 7, sums);
        SimdDispatch.Run(width, ref operation);
        return (block.Values.Span[..g.Length].ToArray(), sums);
    }

    private static float[] Draw(int count, int seed)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
    }
}
