using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Bijections.Planar;

public sealed class PlanarInverseTests
{
    public static TheoryData<int, int, bool> Stacks
    {
        get
        {
            var stacks = new TheoryData<int, int, bool>();
            foreach (int dimension in new[] { 1, 2, 7, 30 })
            {
                foreach (int layers in new[] { 0, 1, 5, 64 })
                {
                    stacks.Add(dimension, layers, false);
                    stacks.Add(dimension, layers, true);
                }
            }

            return stacks;
        }
    }

    [Theory]
    [MemberData(nameof(Stacks))]
    public void Inverse_ThenForwardInDoublePrecision_IsThePoint(int dimension, int layers, bool edge)
    {
        PlanarStack stack = Stack(dimension, layers, edge);
        DoubleBlock block = RandomBlock(dimension), latent = RandomBlock(dimension);

        stack.Inverse(block);

        for (int r = 0; r < RowBlock.Rows; r++)
        {
            (double[] z, double logDet) = Forward(stack, Point(block, r));
            for (int d = 0; d < dimension; d++)
                Assert.Equal(Point(latent, r)[d], z[d], 1e-9 * (1 + Math.Abs(z[d])));
            Assert.Equal(-logDet, block.LogDet[r], 1e-5 * (1 + Math.Abs(logDet)));
        }
    }

    [Theory]
    [MemberData(nameof(Stacks))]
    public void Inverse_OfForwardInDoublePrecision_IsThePoint(int dimension, int layers, bool edge)
    {
        PlanarStack stack = Stack(dimension, layers, edge);
        DoubleBlock points = RandomBlock(dimension), block = new(dimension);
        for (int r = 0; r < RowBlock.Rows; r++)
        {
            double[] z = Forward(stack, Point(points, r)).Z;
            for (int d = 0; d < dimension; d++)
                block.Values[d * RowBlock.Rows + r] = z[d];
        }

        stack.Inverse(block);

        // Layers at the edge can squeeze points a thousandfold each until z's last bit no longer tells them apart. There, and
        // only there, another point is as good when it has the same z to 14 digits.
        int indistinct = 0;
        for (int r = 0; r < RowBlock.Rows; r++)
        {
            double[] expected = Point(points, r), actual = Point(block, r);
            if (Enumerable.Range(0, dimension).All(d => Math.Abs(expected[d] - actual[d]) <= 1e-5 * (1 + Math.Abs(expected[d]))))
                continue;
            indistinct++;
            double[] z = Forward(stack, expected).Z, again = Forward(stack, actual).Z;
            for (int d = 0; d < dimension; d++)
                Assert.Equal(z[d], again[d], 1e-14 * (1 + Math.Abs(z[d])));
        }

        Assert.InRange(indistinct, 0, edge && layers == 64 ? 6 : 0);
    }

    [Fact]
    public void Solve_EveryCAndY_TakesFewStepsAndSolves()
    {
        int worst = 0;
        double[] roots = new double[4], h = new double[4], slope = new double[4];
        double[] slopes = [-0.999, -0.99, -0.5, -1e-9, 0, 1e-9, 0.3, 1, 10, 1e3, 1e6, 1e9];
        foreach (double c in slopes)
        {
            for (double exponent = -14; exponent < 16; exponent += 0.01)
            {
                double y = Math.Pow(10, exponent);
                int iterations = PlanarRoot.Solve([y, -y, y, y], c, roots, h, slope);
                worst = Math.Max(worst, iterations);
                double a = roots[0];
                Assert.Equal(-a, roots[1]);
                Assert.Equal(Math.Tanh(a), h[0], 1e-15);
                Assert.Equal(-h[0], h[1]);
                Assert.Equal(1 - Math.Tanh(a) * Math.Tanh(a), slope[0], 1e-14);
                Assert.True(Math.Abs(a + c * Math.Tanh(a) - y) <= 4e-15 * (y + Math.Abs(c)), $"c = {c}, y = {y}: root {a}");
            }
        }

        // Bounded well below the guard, so the guard never decides a result.
        Assert.InRange(worst, 5, 30);
    }

    [Fact]
    public void Solve_WhateverTheOtherLanes_SameBits()
    {
        var random = new RandomStream(4);
        double[] slopes = [-0.999, -0.5, 0.3, 10, 1e3];
        double[] together = new double[RowBlock.Rows], h = new double[RowBlock.Rows], slope = new double[RowBlock.Rows];
        for (int i = 0; i < 2000; i++)
        {
            double c = slopes[i % slopes.Length];
            double[] y =
                [.. Enumerable.Range(0, RowBlock.Rows).Select(_ => random.NextGaussian() * Math.Exp(2 * random.NextGaussian()))];
            PlanarRoot.Solve(y, c, together, h, slope);
            for (int lane = 0; lane < y.Length; lane += 7)
            {
                double[] alone = new double[4], hAlone = new double[4], slopeAlone = new double[4];
                PlanarRoot.Solve([y[lane], y[lane], y[lane], y[lane]], c, alone, hAlone, slopeAlone);
                Assert.Equal(alone[0], together[lane]);
                Assert.Equal(hAlone[0], h[lane]);
                Assert.Equal(slopeAlone[0], slope[lane]);
            }
        }
    }

    // At the edge, up to eight layers have w.u far below 0, so that c is within 1e-9 of its floor.
    private static PlanarStack Stack(int dimension, int layers, bool edge)
    {
        float[] parameters = PlanarReference.RandomParameters(dimension, layers, 3, 1.2);
        for (int k = 0; edge && k < layers; k += Math.Max(2, layers / 8))
        {
            for (int d = 0; d < dimension; d++)
                parameters[(layers + k) * dimension + d] = -25 * parameters[k * dimension + d];
        }

        return new TrainablePlanarStack(dimension, layers).Freeze(parameters);
    }

    private static DoubleBlock RandomBlock(int dimension)
    {
        var random = new RandomStream(6);
        var block = new DoubleBlock(dimension);
        foreach (ref double value in block.Values.AsSpan())
            value = 2 * random.NextGaussian();
        return block;
    }

    private static double[] Point(DoubleBlock block, int row) =>
        [.. Enumerable.Range(0, block.Dimension).Select(d => block.Values[d * RowBlock.Rows + row])];

    private static (double[] Z, double LogDet) Forward(PlanarStack stack, double[] point)
    {
        double logDet = 0;
        for (int k = 0; k < stack.Layers; k++)
        {
            double a = stack.B[k], c = 0;
            for (int d = 0; d < point.Length; d++)
            {
                double w = stack.W[k * point.Length + d];
                a += w * point[d];
                c += w * stack.UHat[k * point.Length + d];
            }

            double h = Math.Tanh(a);
            logDet += Math.Log(1 + c * (1 - h * h));
            for (int d = 0; d < point.Length; d++)
                point[d] += (double)stack.UHat[k * point.Length + d] * h;
        }

        return (point, logDet);
    }
}
