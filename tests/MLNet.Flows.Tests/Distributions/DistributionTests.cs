using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Tests.Distributions;

/// <summary>Laws that hold for every base distribution.</summary>
public sealed class DistributionTests
{
    private static readonly Dictionary<string, Distribution> Named = new()
    {
        ["normal"] = new DiagonalNormal([1, -2], [0.5f, 3]),
        ["student"] = new ProductStudentT(5, [1, -2], [0.5f, 3]),
        ["mixture"] = new NormalMixture(2, [0.3f, 0.7f], [0, 0, 5, -5], [1, 2]),
        ["many-components"] = new NormalMixture(2, [.. Enumerable.Repeat(0.1f, 10)], [.. Enumerable.Repeat(3f, 20)], [1, 2]),
        ["own-scales"] = new NormalMixture(2, [0.3f, 0.7f], [0, 0, 5, -5], [1, 2, 0.5f, 0.1f]),
        ["one-component"] = new NormalMixture(2, [1], [1, 2], [1, 2]),
        ["transformed"] = new Transformed([new Standardization([1, -2], [0.5f, 3])], new DiagonalNormal([0, 1], [1, 1])),
        ["flows"] = new UniformMixture(
        [
            new Transformed([new Standardization([1, -2], [0.5f, 3])], new DiagonalNormal([0, 0], [1, 1])),
            new NormalMixture(2, [0.3f, 0.7f], [0, 0, 5, -5], [1, 2]),
        ]),
    };

    public static TheoryData<string> Names => [.. Named.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Sample_ManyPoints_HaveTheMomentsOfTheDensity(string name)
    {
        Distribution distribution = Named[name];
        (double Mean, double Variance)[] expected = name switch
        {
            "normal" => [(1, 0.25), (-2, 9)],
            "student" => [(1, 0.25 * 5 / 3), (-2, 9.0 * 5 / 3)],
            "mixture" => [(3.5, 1 + 25 * 0.21), (-3.5, 4 + 25 * 0.21)],
            "many-components" => [(3, 1), (3, 4)],
            "own-scales" => [(3.5, 0.3 + 0.7 * 0.25 + 25 * 0.21), (-3.5, 0.3 * 4 + 0.7 * 0.01 + 25 * 0.21)],
            "transformed" => [(1, 0.25), (1, 9)],
            "flows" => [(2.25, 0.5 * (0.25 + 1 + 25 * 0.21) + 1.25 * 1.25), (-2.75, 0.5 * (9 + 4 + 25 * 0.21) + 0.75 * 0.75)],
            _ => [(1, 1), (2, 4)],
        };
        const int N = 200_000;
        var random = new RandomStream(8);
        var sum = new double[2];
        var squares = new double[2];
        var point = new float[2];
        for (int i = 0; i < N; i++)
        {
            distribution.Sample(random, point);
            for (int d = 0; d < 2; d++)
            {
                sum[d] += point[d] / (double)N;
                squares[d] += (double)point[d] * point[d] / N;
            }
        }

        for (int d = 0; d < 2; d++)
        {
            Assert.Equal(expected[d].Mean, sum[d], 0.03);
            Assert.Equal(1, (squares[d] - sum[d] * sum[d]) / expected[d].Variance, 0.04);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LogProb_OfItsOwnSamples_HasTheMeanThatIntegrationGives(string name)
    {
        Distribution distribution = Named[name];
        var random = new RandomStream(18);
        var row = new RowWorkspace(2, distribution.ScratchColumns);
        double sampled = 0;
        const int N = 50_000;
        for (int i = 0; i < N; i++)
        {
            distribution.Sample(random, row.Values.Span[..2]);
            sampled += distribution.LogProb(row) / (double)N;
        }

        // -entropy = integral of p log p on a grid; heavy tails need a wide one.
        double integrated = 0, mass = 0;
        const double Step = 0.05;
        for (double x = -20; x < 25; x += Step)
        {
            for (double y = -70; y < 70; y += Step)
            {
                (row.Values[0], row.Values[1]) = ((float)x, (float)y);
                double logProb = distribution.LogProb(row);
                mass += Math.Exp(logProb) * Step * Step;
                integrated += Math.Exp(logProb) * logProb * Step * Step;
            }
        }

        Assert.Equal(1, mass, 1e-3);
        Assert.Equal(integrated, sampled, 0.03);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_Written_IsTheSameBitForBit(string name)
    {
        var writer = new ModelWriter();
        DistributionReader.Write(Named[name], writer);
        Distribution read = DistributionReader.Read(new ModelReader(writer.Payload.ToArray()));
        var again = new ModelWriter();
        DistributionReader.Write(read, again);

        Assert.Equal(writer.Payload.ToArray(), again.Payload.ToArray());
        RowWorkspace row = new(2, read.ScratchColumns);
        (row.Values[0], row.Values[1]) = (0.3f, -1.7f);
        Assert.Equal(Named[name].LogProb(row), read.LogProb(row));
    }

    [Fact]
    public void Read_PartsThatAreNone_Throw()
    {
        Distribution[] broken =
        [
            new DiagonalNormal([1], [0]),
            new DiagonalNormal([float.NaN], [1]),
            new ProductStudentT(-1, [1], [1]),
            new NormalMixture(1, [0.5f, 0.2f], [1, 1], [1]),
            new NormalMixture(1, [1.5f, -0.5f], [1, 1], [1]),
            new NormalMixture(1, [1], [1], [-1]),
            new UniformMixture([new DiagonalNormal([1], [1]), new DiagonalNormal([1, 2], [1, 2])]),
            new UniformMixture([new UniformMixture([new DiagonalNormal([1], [1])])]),
            new Transformed([], new Transformed([], new DiagonalNormal([1], [1]))),
            new Transformed([], new UniformMixture([new DiagonalNormal([1], [1])])),
            new Transformed([new Standardization([1, 2], [1, 2])], new DiagonalNormal([1], [1])),
        ];
        foreach (Distribution distribution in broken)
        {
            var writer = new ModelWriter();
            DistributionReader.Write(distribution, writer);
            Assert.Throws<FormatException>(() => DistributionReader.Read(new ModelReader(writer.Payload.ToArray())));
        }
    }

    [Theory]
    [InlineData(0.5, 0.5723649429247001)]
    [InlineData(1, 0)]
    [InlineData(3, 0.6931471805599453)]
    [InlineData(10.5, 13.940625219403763)]
    [InlineData(1e-3, 6.907178885383853)]
    [InlineData(1e6, 12815504.569147611)]
    public void LogGamma_KnownValues_AreMet(double x, double expected) =>
        Assert.Equal(expected, LogGamma.Of(x), 1e-12 * Math.Max(1, expected));
}
