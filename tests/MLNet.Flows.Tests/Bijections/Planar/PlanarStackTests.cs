using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Tests.Bijections.Planar;

public sealed class PlanarStackTests
{
    public static TheoryData<int, int> Shapes
    {
        get
        {
            var shapes = new TheoryData<int, int>();
            foreach (int d in new[] { 1, 2, 5, 16, 33 })
            {
                foreach (int k in new[] { 0, 1, 3, 4, 16, 17, 64 })
                    shapes.Add(d, k);
            }

            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Forward_OfRandomStack_IsTheLayerByLayerReference(int dimension, int layers)
    {
        float[] parameters = PlanarReference.RandomParameters(dimension, layers, 1);
        double[] exact = Array.ConvertAll(parameters, p => (double)p);
        RowBlock block = RandomBlock(dimension, layers, SimdSupport.Best);
        RowBlock inputs = RandomBlock(dimension, layers, SimdSupport.Best);

        Freeze(dimension, layers, parameters).Forward(block);

        for (int r = 0; r < 64; r++)
        {
            (double[] z, double logDet) = PlanarReference.Forward(dimension, layers, exact, Point(inputs, r));
            Assert.Equal(logDet, block.LogDet[r], 1e-4 * (1 + layers / 8.0));
            for (int d = 0; d < dimension; d++)
                Assert.Equal(z[d], block.Column(d)[r], 1e-4 * (1 + Math.Abs(z[d])));
        }
    }

    [Theory]
    [MemberData(nameof(SimdWidths.All), MemberType = typeof(SimdWidths))]
    public void Forward_ExtremeInputsAndParameters_StaysFinite(int width)
    {
        // Tiny w, huge u (c large), u against w (c near -1), saturated b.
        float[] parameters = PlanarReference.RandomParameters(4, 8, 4);
        parameters.AsSpan(0, 4).Fill(1e-25f);
        parameters.AsSpan(4, 4).Fill(0);
        parameters.AsSpan(32 + 8, 4).Fill(1e4f);
        parameters.AsSpan(8, 4).Fill(1);
        parameters.AsSpan(32 + 12, 4).Fill(-1e4f);
        parameters.AsSpan(12, 4).Fill(1);
        parameters[64 + 5] = 1e6f;
        PlanarStack stack = Freeze(4, 8, parameters);
        var block = new RowBlock(4, stack.ScratchColumns, (SimdWidth)width) { Count = 64 };
        float[] extremes = [0, 1e15f, -1e15f, 1e-30f, 100, -100, 1, -1];
        for (int r = 0; r < 64; r++)
        {
            for (int d = 0; d < 4; d++)
                block.Column(d)[r] = extremes[(r * 5 + d * (r + 1)) % 8];
        }

        stack.Forward(block);

        Assert.All(block.LogDet.Span.ToArray(), value => Assert.True(float.IsFinite(value)));
        Assert.All(block.Values.Span[..256].ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Freeze_OfParameters_HasTheTrainablesBits()
    {
        float[] parameters = PlanarReference.RandomParameters(6, 10, 5);
        var trainable = new TrainablePlanarStack(6, 10);
        trainable.SetParameters(parameters);
        RowBlock training = RandomBlock(6, 10, SimdSupport.Best), scoring = RandomBlock(6, 10, SimdSupport.Best);

        trainable.Forward(training, accumulator: null);
        trainable.Freeze(parameters).Forward(scoring);

        Assert.Equal(Bits(training.LogDet.Span), Bits(scoring.LogDet.Span));
    }

    [Fact]
    public void Forward_UOfZero_IsTheIdentity()
    {
        float[] parameters = PlanarReference.RandomParameters(3, 5, 6);
        parameters.AsSpan(15, 15).Clear();
        RowBlock block = RandomBlock(3, 5, SimdSupport.Best), inputs = RandomBlock(3, 5, SimdSupport.Best);

        Freeze(3, 5, parameters).Forward(block);

        Assert.Equal(inputs.Values.Span[..192].ToArray(), block.Values.Span[..192].ToArray());
        Assert.All(block.LogDet.Span.ToArray(), value => Assert.Equal(0, value, 1e-6f));
    }

    [Fact]
    public void Read_OfASingularLayer_SaysWhichOne()
    {
        var writer = new ModelWriter();
        writer.Write(1);
        writer.Write(1);
        writer.Write([1f, -2f, 0f]);

        var error = Assert.Throws<FormatException>(() => PlanarStack.Read(new ModelReader(writer.Payload.ToArray())));

        Assert.Contains("Layer 0 has w.uHat = -2", error.Message);
    }

    private static PlanarStack Freeze(int dimension, int layers, float[] parameters) =>
        new TrainablePlanarStack(dimension, layers).Freeze(parameters);

    private static RowBlock RandomBlock(int dimension, int layers, SimdWidth width)
    {
        var random = new RandomStream(77);
        var block = new RowBlock(dimension, (layers + 3) / 4 * 4, width) { Count = 64 };
        for (int r = 0; r < 64; r++)
        {
            for (int d = 0; d < dimension; d++)
                block.Column(d)[r] = (float)(1.5 * random.NextGaussian());
        }

        return block;
    }

    private static double[] Point(RowBlock block, int r) =>
        [.. Enumerable.Range(0, block.Dimension).Select(d => (double)block.Column(d)[r])];

    private static int[] Bits(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), BitConverter.SingleToInt32Bits);
}
