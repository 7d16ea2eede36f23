using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Bijections.ScalarMaps;

/// <summary>One column, whose spline does not depend on any other.</summary>
public sealed class SplineMapTests
{
    private const int R = RowBlock.Rows;

    // Raw values of all sizes make bins from the narrowest to the widest and slopes from 0.001 to steep; in single precision a
    // value beside a knot may fall to either bin, and t may round to 0 or 1.
    [Theory]
    [InlineData(2, 1)]
    [InlineData(8, 1)]
    [InlineData(8, 8)]
    [InlineData(8, 40)]
    [InlineData(64, 5)]
    public void ForwardAndInverse_AtAndBesideEveryKnot_AreFiniteAndMeet(int bins, double spread)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            float[] raw = Raw(bins, spread, seed);
            Coupling<SplineMap> spline = Spline(bins, 3, raw);
            double[] knots = Knots(raw, bins, 3);
            float[] values = [.. knots.SelectMany(knot => new[]
            {
                (float)knot, MathF.BitIncrement((float)knot), MathF.BitDecrement((float)knot), (float)knot + 1e-5f,
            })];
            foreach (float[] chunk in values.Chunk(R))
            {
                var block = new RowBlock(1, spline.ScratchColumns);
                chunk.CopyTo(block.Values.Span);
                block.LogDet.Clear();
                spline.Forward(block);
                var back = new DoubleBlock(1);
                for (int r = 0; r < R; r++)
                    back.Values[r] = block.Values[r];
                spline.Inverse(back);
                var again = new RowBlock(1, spline.ScratchColumns);
                for (int r = 0; r < R; r++)
                    again.Values[r] = (float)back.Values[r];
                spline.Forward(again);
                for (int r = 0; r < chunk.Length; r++)
                {
                    Assert.True(float.IsFinite(block.Values[r]) && float.IsFinite(block.LogDet[r]), $"{chunk[r]}");
                    Assert.True(double.IsFinite(back.Values[r]) && double.IsFinite(back.LogDet[r]), $"{chunk[r]}");

                    // Where the spline is flat, what rounding is in z is much in x, and where it is steep the other way round.
                    double inX = Math.Abs(back.Values[r] - chunk[r]), inZ = Math.Abs(again.Values[r] - block.Values[r]);
                    Assert.True(Math.Min(inX, inZ) < 1e-5, $"{chunk[r]} came back as {back.Values[r]}, {inZ} off in z");
                }
            }
        }
    }

    [Theory]
    [InlineData(1e15f)]
    [InlineData(-1e15f)]
    public void Forward_RawValuesAtTheLimit_IsFiniteAndIncreases(float extreme)
    {
        float[] raw = Raw(8, 3, 1);
        (raw[2], raw[9], raw[18]) = (extreme, -extreme, extreme);
        Coupling<SplineMap> spline = Spline(8, 3, raw);
        var block = new RowBlock(1, spline.ScratchColumns);
        for (int r = 0; r < R; r++)
            block.Values[r] = -3.2f + 0.1f * r;

        block.LogDet.Clear();
        spline.Forward(block);

        for (int r = 1; r < R; r++)
        {
            Assert.True(float.IsFinite(block.Values[r]) && float.IsFinite(block.LogDet[r]));
            Assert.True(block.Values[r] >= block.Values[r - 1]);
        }
    }

    [Fact]
    public void Forward_RawValuesOf0_IsTheIdentity()
    {
        Coupling<SplineMap> spline = Spline(8, 3, new float[23]);
        var block = new RowBlock(1, spline.ScratchColumns);
        for (int r = 0; r < R; r++)
            block.Values[r] = -3.2f + 0.1f * r;

        block.LogDet.Clear();
        spline.Forward(block);

        for (int r = 0; r < R; r++)
        {
            Assert.Equal(-3.2 + 0.1 * r, block.Values[r], 3e-6);
            Assert.Equal(0, block.LogDet[r], 3e-6);
        }
    }

    [Fact]
    public void Forward_BeyondTheBox_LeavesValuesAlone()
    {
        Coupling<SplineMap> spline = Spline(8, 3, Raw(8, 3, 2));
        float[] far = [3, -3, 3.0001f, -17, 1e6f, -1e15f];
        var block = new RowBlock(1, spline.ScratchColumns);
        far.CopyTo(block.Values.Span);

        block.LogDet.Clear();
        spline.Forward(block);

        Assert.Equal(far, block.Values.Span[..far.Length].ToArray());
        Assert.All(block.LogDet.Span[..far.Length].ToArray(), logDet => Assert.Equal(0, logDet));
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(65, 5)]
    [InlineData(8, 0.05f)]
    [InlineData(8, float.NaN)]
    [InlineData(8, 2000)]
    public void Constructor_OutOfRange_SaysWhatItTakes(int bins, float bound) => Assert.Contains(
        "must have 2 to 64 within 0.1 to 1000", Assert.Throws<ArgumentException>(() => new SplineMap(bins, bound)).Message);

    private static Coupling<SplineMap> Spline(int bins, float bound, float[] raw) => new(
        new ColumnMask(1, []),
        new MultilayerPerceptron([new DenseLayer(0, 3 * bins - 1, [], raw)]),
        new SplineMap(bins, bound));

    private static float[] Raw(int bins, double spread, int seed)
    {
        var random = new RandomStream(seed, 5);
        return [.. Enumerable.Range(0, 3 * bins - 1).Select(_ => (float)(spread * random.NextGaussian()))];
    }

    // In double precision.
    private static double[] Knots(float[] raw, int bins, double bound)
    {
        double most = raw[..bins].Max(), sum = raw[..bins].Sum(value => Math.Exp(value - most)), left = -bound;
        var knots = new double[bins + 1];
        for (int k = 0; k <= bins; k++)
        {
            knots[k] = left;
            if (k < bins)
                left += 2 * bound * (1e-3 + (1 - bins * 1e-3) * Math.Exp(raw[k] - most) / sum);
        }

        return knots;
    }
}
