using System.Buffers.Binary;
using MLNet.Flows.Bijections;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Tests.Bijections;

/// <summary>What every bijection owes: each law runs on each line of <see cref="BijectionTable"/>.</summary>
/// <remarks>The inverse runs in double precision by another path than the single-precision kernels. Its differences are therefore
/// the numeric reference of log-determinants and gradients, with no formula of any bijection written a second time.</remarks>
public sealed class BijectionLawsTests
{
    private const int R = RowBlock.Rows;

    public static TheoryData<string> All => [.. BijectionTable.Names];

    public static TheoryData<string> Planes =>
        [.. BijectionTable.Names.Where(name => BijectionTable.Create(name).Dimension == 2)];

    [Theory]
    [MemberData(nameof(All))]
    public void Forward_OfInverse_IsThePointAndMinusTheLogDet(string name)
    {
        Bijection bijection = BijectionTable.Create(name);
        DoubleBlock latent = RandomLatents(bijection), point = RandomLatents(bijection);
        bijection.Inverse(point);
        RowBlock block = Block(bijection);
        for (int i = 0; i < point.Values.Length; i++)
            block.Values[i] = (float)point.Values[i];

        bijection.Forward(block);

        for (int i = 0; i < point.Values.Length; i++)
            Assert.Equal(latent.Values[i], block.Values[i], 1e-4 * (1 + Math.Abs(latent.Values[i])));
        for (int r = 0; r < R; r++)
            Assert.Equal(-point.LogDet[r], block.LogDet[r], 5e-4 * (1 + Math.Abs(point.LogDet[r])));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Forward_BlockAndRowAtEveryWidth_AreTheSameBits(string name)
    {
        Bijection bijection = BijectionTable.Create(name);
        int dimension = bijection.Dimension;
        RowBlock inputs = RandomBlock(bijection, SimdWidth.Scalar), expected = RandomBlock(bijection, SimdWidth.Scalar);
        bijection.Forward(expected);

        foreach (int width in SimdWidths.All.Select(w => w.Data))
        {
            RowBlock block = RandomBlock(bijection, (SimdWidth)width);
            bijection.Forward(block);
            Assert.Equal(Bits(expected.LogDet.Span), Bits(block.LogDet.Span));
            Assert.Equal(Bits(expected.Values.Span[..(R * dimension)]), Bits(block.Values.Span[..(R * dimension)]));

            var row = new RowWorkspace(dimension, bijection.ScratchColumns, (SimdWidth)width, bijection.ContextColumns);
            for (int r = 0; r < R; r += 9)
            {
                for (int c = 0; c < bijection.ContextColumns; c++)
                    row.Context[c] = inputs.Context[c * R + r];
                for (int d = 0; d < dimension; d++)
                    row.Values[d] = inputs.Column(d)[r];
                float logDet = bijection.Forward(row);
                Assert.Equal(Bits([expected.LogDet[r]]), Bits([logDet]));
                Assert.Equal(
                    Enumerable.Range(0, dimension).Select(d => expected.Column(d)[r]), row.Values.Span[..dimension].ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void LogDet_AgainstTheInversesJacobian_IsItsLogarithm(string name)
    {
        Bijection bijection = BijectionTable.Create(name);
        (DoubleBlock[] jacobian, _) = InverseDifferences(bijection);
        DoubleBlock point = RandomLatents(bijection);
        bijection.Inverse(point);

        for (int r = 0; r < R; r += 7)
        {
            int n = bijection.Dimension;
            var matrix = new double[n, n];
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < n; i++)
                    matrix[i, j] = jacobian[j].Values[i * R + r];
            }

            Assert.Equal(LogAbsDeterminant(matrix), point.LogDet[r], 1e-5 * (1 + Math.Abs(point.LogDet[r])));
        }
    }

    // With q = c.z + log|det df/dx| as a function of z: dq/dz_j = c_j - d(inverse's log-det)/dz_j, and by the chain rule it is
    // sum_i dx_i/dz_j dq/dx_i, where dq/dx is what Backward makes of c.
    [Theory]
    [MemberData(nameof(All))]
    public void Backward_AgainstTheInversesDifferences_IsTheGradient(string name)
    {
        Bijection bijection = BijectionTable.Create(name);
        int dimension = bijection.Dimension;
        (DoubleBlock[] jacobian, double[][] logDets) = InverseDifferences(bijection);
        DoubleBlock point = RandomLatents(bijection);
        bijection.Inverse(point);

        foreach (int width in SimdWidths.All.Select(w => w.Data))
        {
            RowBlock input = Block(
                bijection,
                (SimdWidth)width), gradient = RandomBlock(
                    bijection, (SimdWidth)width), c = RandomBlock(bijection, (SimdWidth)width);
            for (int i = 0; i < point.Values.Length; i++)
                input.Values[i] = (float)point.Values[i];
            bijection.Backward(input, gradient);

            for (int i = 0; i < point.Values.Length; i++)
                Assert.Equal((float)point.Values[i], input.Values[i]);
            for (int j = 0; j < dimension; j++)
            {
                for (int r = 0; r < R; r++)
                {
                    double actual = 0, size = 0;
                    for (int i = 0; i < dimension; i++)
                    {
                        double term = jacobian[j].Values[i * R + r] * gradient.Values[i * R + r];
                        actual += term;
                        size += Math.Abs(term);
                    }

                    Assert.Equal(c.Values[j * R + r] - logDets[j][r], actual, 2e-4 * (1 + size));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void ForwardAndBackward_ExtremeInputs_StayFinite(string name)
    {
        Bijection bijection = BijectionTable.Create(name);
        int dimension = bijection.Dimension;
        float[] extremes = [0, 1e15f, -1e15f, 1e-30f, 100, -100, 1, -1];
        foreach (int width in SimdWidths.All.Select(w => w.Data))
        {
            RowBlock block = Block(
                bijection,
                (SimdWidth)width), input = Block(bijection, (SimdWidth)width), gradient = Block(bijection, (SimdWidth)width);
            var row = new RowWorkspace(dimension, bijection.ScratchColumns, (SimdWidth)width);
            for (int r = 0; r < R; r++)
            {
                for (int d = 0; d < dimension; d++)
                {
                    block.Column(d)[r] = input.Column(d)[r] = extremes[(r >> (3 * (d % 2))) % 8];
                    gradient.Column(d)[r] = extremes[(r + d) % 8];
                }
            }

            bijection.Forward(block);
            bijection.Backward(input, gradient);

            Assert.All(block.Values.Span[..(R * dimension)].ToArray(), z => Assert.True(float.IsFinite(z)));
            Assert.All(block.LogDet.Span.ToArray(), l => Assert.True(float.IsFinite(l)));
            Assert.All(gradient.Values.Span[..(R * dimension)].ToArray(), g => Assert.True(float.IsFinite(g)));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Read_OfWritten_IsTheSameBitForBit(string name)
    {
        Bijection bijection = BijectionTable.Create(name);
        byte[] bytes = Write(bijection);

        Bijection read = BijectionReader.Read(new ModelReader(bytes));

        Assert.Equal(bytes, Write(read));
        RowBlock a = RandomBlock(bijection), b = RandomBlock(read);
        bijection.Forward(a);
        read.Forward(b);
        Assert.Equal(Bits(a.LogDet.Span), Bits(b.LogDet.Span));
        Assert.Equal(Bits(a.Values.Span[..(R * bijection.Dimension)]), Bits(b.Values.Span[..(R * bijection.Dimension)]));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Read_TruncatedAnywhere_Throws(string name)
    {
        byte[] bytes = Write(BijectionTable.Create(name));
        for (int length = 0; length < bytes.Length; length += Math.Max(1, bytes.Length / 200))
            Assert.Throws<FormatException>(() => BijectionReader.Read(new ModelReader(bytes[..length])));
    }

    // As an integer -1, a count that cannot be or an index out of range; as a float no number. And the largest integer, no number
    // either.
    [Theory]
    [MemberData(nameof(All))]
    public void Read_AnyWordThatCannotBe_Throws(string name)
    {
        byte[] bytes = Write(BijectionTable.Create(name));
        int words = bytes.Length / sizeof(int);
        for (int word = 0; word < words; word += word < 50 ? 1 : Math.Max(1, words / 100))
        {
            foreach (int value in new[] { -1, int.MaxValue })
            {
                byte[] hostile = [.. bytes];
                BinaryPrimitives.WriteInt32LittleEndian(hostile.AsSpan(word * sizeof(int)), value);
                Assert.Throws<FormatException>(() => BijectionReader.Read(new ModelReader(hostile)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Planes))]
    public void DensityInThePlane_NormalBase_IntegratesToOne(string name)
    {
        const double Edge = 24, Step = 0.1;
        Bijection bijection = BijectionTable.Create(name);
        RowBlock block = Block(bijection);
        for (int i = 0; i < R * bijection.ContextColumns; i++)
            block.Context[i] = Context(i / R);
        double integral = 0;
        for (double x = -Edge; x < Edge; x += Step)
        {
            for (double y = -Edge; y < Edge; y += R * Step)
            {
                for (int r = 0; r < R; r++)
                    (block.Column(0)[r], block.Column(1)[r]) = ((float)x, (float)(y + r * Step));
                block.LogDet.Clear();
                bijection.Forward(block);
                for (int r = 0; r < R; r++)
                {
                    double a = block.Column(0)[r], b = block.Column(1)[r];
                    integral += Math.Exp(block.LogDet[r] - (a * a + b * b) / 2) / (2 * Math.PI) * Step * Step;
                }
            }
        }

        Assert.Equal(1, integral, 5e-3);
    }

    // Per latent column j, dx/dz_j [d, 64] and, per row, d(inverse's log-det)/dz_j.
    private static (DoubleBlock[] Jacobian, double[][] LogDets) InverseDifferences(Bijection bijection)
    {
        const double Step = 1e-6;
        int dimension = bijection.Dimension;
        var jacobian = new DoubleBlock[dimension];
        var logDets = new double[dimension][];
        for (int j = 0; j < dimension; j++)
        {
            DoubleBlock high = RandomLatents(bijection), low = RandomLatents(bijection);
            for (int r = 0; r < R; r++)
            {
                high.Values[j * R + r] += Step;
                low.Values[j * R + r] -= Step;
            }

            bijection.Inverse(high);
            bijection.Inverse(low);
            jacobian[j] = new DoubleBlock(dimension);
            for (int i = 0; i < high.Values.Length; i++)
                jacobian[j].Values[i] = (high.Values[i] - low.Values[i]) / (2 * Step);
            logDets[j] = [.. high.LogDet.Zip(low.LogDet, (h, l) => (h - l) / (2 * Step))];
        }

        return (jacobian, logDets);
    }

    // A context of its own for every row, some beyond the bound of inputs.
    private static float Context(int i) => 4 * MathF.Sin(1 + 3 * i);

    private static RowBlock Block(Bijection bijection, SimdWidth? width = null)
    {
        var block = new RowBlock(bijection.Dimension, bijection.ScratchColumns, width, bijection.ContextColumns) { Count = R };
        for (int i = 0; i < R * bijection.ContextColumns; i++)
            block.Context[i] = Context(i);
        return block;
    }

    private static RowBlock RandomBlock(Bijection bijection, SimdWidth? width = null)
    {
        var random = new RandomStream(77);
        RowBlock block = Block(bijection, width);
        foreach (ref float value in block.Values.Span[..(R * bijection.Dimension)])
            value = (float)(1.5 * random.NextGaussian());
        return block;
    }

    private static DoubleBlock RandomLatents(Bijection bijection)
    {
        var random = new RandomStream(6);
        var block = new DoubleBlock(bijection.Dimension, bijection.ContextColumns);
        foreach (ref double value in block.Values.AsSpan())
            value = (float)random.NextGaussian();
        for (int i = 0; i < block.Context.Length; i++)
            block.Context[i] = Context(i);
        return block;
    }

    private static byte[] Write(Bijection bijection)
    {
        var writer = new ModelWriter();
        BijectionReader.Write(bijection, writer);
        return writer.Payload.ToArray();
    }

    private static int[] Bits(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), BitConverter.SingleToInt32Bits);

    private static double LogAbsDeterminant(double[,] matrix)
    {
        int n = matrix.GetLength(0);
        double sum = 0;
        for (int k = 0; k < n; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < n; i++)
                pivot = Math.Abs(matrix[i, k]) > Math.Abs(matrix[pivot, k]) ? i : pivot;
            for (int j = 0; j < n; j++)
                (matrix[k, j], matrix[pivot, j]) = (matrix[pivot, j], matrix[k, j]);
            sum += Math.Log(Math.Abs(matrix[k, k]));
            for (int i = k + 1; i < n; i++)
            {
                double factor = matrix[i, k] / matrix[k, k];
                for (int j = k; j < n; j++)
                    matrix[i, j] -= factor * matrix[k, j];
            }
        }

        return sum;
    }
}
