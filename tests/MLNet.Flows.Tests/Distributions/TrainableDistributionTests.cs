using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Distributions;

public sealed class TrainableDistributionTests
{
    private const int D = 3;
    private const int M = 5;

    public static TheoryData<int, int> Cases()
    {
        var cases = new TheoryData<int, int>();
        for (int kind = 0; kind < 4; kind++)
            foreach (int width in new[] { 1, 4, 8, 16 })
                cases.Add(kind, width);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void LogProb_BlockAndRow_AreTheSameBits(int kind, int width)
    {
        (_, float[] parameters, RowBlock block, _) = Make(kind, width);
        block.Values[0] = 1e16f;
        Distribution frozen = Trainable(kind).Freeze(parameters);
        frozen.LogProb(block);
        for (int r = 0; r < block.Count; r++)
        {
            var row = new RowWorkspace(D, M, (SimdWidth)width);
            for (int j = 0; j < D; j++)
                row.Values[j] = block.Column(j)[r];
            Assert.True(float.IsFinite(block.LogProb[r]));
            Assert.Equal(BitConverter.SingleToInt32Bits(block.LogProb[r]), BitConverter.SingleToInt32Bits(frozen.LogProb(row)));
        }
    }

    // A training block scores by what is frozen too; a scratch that is too small is memory overwritten.
    [Theory]
    [InlineData(1, 200, true)]
    [InlineData(9, 8, true)]
    [InlineData(9, 7, true)]
    [InlineData(3, 200, false)]
    public void ScratchColumns_OfAMixtureInTraining_AreEnoughForTheFrozenOne(int dimension, int components, bool sharedScale)
    {
        var mixture = new TrainableNormalMixture(dimension, components, sharedScale, minimumWeight: 0);

        Distribution frozen = mixture.Freeze(new float[mixture.ParameterCount]);

        Assert.InRange(frozen.ScratchColumns, 1, mixture.ScratchColumns);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AccumulateGradient_PartialBlock_IsTheReferenceDifference(int kind, int width)
    {
        (TrainableDistribution trainable, float[] parameters, RowBlock block, float[] weights) = Make(kind, width);
        var gradientBlock = new RowBlock(D, M, (SimdWidth)width);
        TrainableDistribution.Accumulator sums = trainable.CreateAccumulator((SimdWidth)width),
        other = trainable.CreateAccumulator((SimdWidth)width);
        trainable.AccumulateGradient(block, weights, gradientBlock, sums);
        trainable.AccumulateGradient(block, weights, gradientBlock, other);
        sums.Add(other);
        var gradient = new float[parameters.Length];
        trainable.FinishGradient(sums, gradient);
        double[] p = Array.ConvertAll(parameters, x => (double)x);
        for (int i = 0; i < p.Length; i++)
            Assert.Equal(2 * Difference(p, i, () => Total()), gradient[i], 2e-3);
        for (int r = 0; r < block.Count; r++)
        {
            double[] z = Point(r);
            Assert.Equal(Reference(kind, p, z), block.LogProb[r], 1e-4);
            for (int j = 0; j < D; j++)
                Assert.Equal(weights[r] * Difference(z, j, () => Reference(kind, p, z)), gradientBlock.Column(j)[r], 1e-3);
        }

        double Total() => Enumerable.Range(0, block.Count).Sum(r => weights[r] * Reference(kind, p, Point(r)));
        double[] Point(int r) => [.. Enumerable.Range(0, D).Select(j => (double)block.Column(j)[r])];
    }

    private static double Difference(double[] x, int i, Func<double> f)
    {
        double start = x[i];
        x[i] = start + 1e-5;
        double high = f();
        x[i] = start - 1e-5;
        double low = f();
        x[i] = start;
        return (high - low) / 2e-5;
    }

    private static TrainableDistribution Trainable(int kind) => kind switch
    {
        0 => new TrainableDiagonalNormal(D),
        1 => new TrainableProductStudentT(D, 5),
        _ => new TrainableNormalMixture(D, M, kind == 2, 0.03),
    };

    private static (TrainableDistribution, float[], RowBlock, float[]) Make(int kind, int width)
    {
        TrainableDistribution trainable = Trainable(kind);
        var random = new RandomStream(7);
        var parameters = new float[trainable.ParameterCount];
        foreach (ref float parameter in parameters.AsSpan())
            parameter = (float)(0.5 * random.NextGaussian());
        trainable.SetParameters(parameters);
        var block = new RowBlock(D, M, (SimdWidth)width) { Count = 37 };
        var weights = new float[64];
        for (int r = 0; r < 37; r++)
        {
            weights[r] = r % 5 == 0 ? 0 : (float)random.NextDouble();
            for (int j = 0; j < D; j++)
                block.Column(j)[r] = (float)random.NextGaussian();
        }

        return (trainable, parameters, block, weights);
    }

    private static double Reference(int kind, double[] p, double[] z)
    {
        if (kind < 2)
        {
            double sum = 0;
            for (int j = 0; j < D; j++)
            {
                double t = (z[j] - p[j]) * Math.Exp(-p[D + j]);
                sum += (kind == 0 ? -0.5 * t * t - 0.5 * Math.Log(2 * Math.PI) : Math.Log(0.3796066898) - 3 * Math.Log(1
                    + t * t / 5)) - p[D + j];
            }

            return sum;
        }

        double total = 0, weight = 0;
        for (int m = 0; m < M; m++)
        {
            double l = p[m];
            weight += Math.Exp(l);
            for (int j = 0; j < D; j++)
            {
                double s = p[M + M * D + (kind == 2 ? j : m * D + j)], t = (z[j] - p[M + m * D + j]) * Math.Exp(-s);
                l -= 0.5 * t * t + s + 0.5 * Math.Log(2 * Math.PI);
            }

            total += Math.Exp(l);
        }

        return Math.Log(total / weight);
    }
}
