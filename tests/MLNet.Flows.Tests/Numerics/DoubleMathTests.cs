using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Numerics;

public sealed class DoubleMathTests
{
    [Fact]
    public void Exp_InItsRange_IsWithinTwoUlp()
    {
        double[] inputs =
        [
            -708,
            709,
            0,
            -0.0,
            1e-300,
            -1e-17,
            .. Random(200_000, 1).Select(u => 1417 * u - 708),
            .. Random(200_000, 2).Select(u => 4 * u - 2),
        ];
        AssertWithin(2, inputs, Math.Exp, Apply(DoubleMath.Exp, inputs));
    }

    [Fact]
    public void Exp_BeyondItsRange_IsClamped()
    {
        double[] ends = Apply(DoubleMath.Exp, [-708, 709, 0, 0]);

        Assert.Equal(
            [ends[0], ends[0], ends[1], ends[1]],
            Apply(DoubleMath.Exp, [double.NegativeInfinity, -1e5, 1e300, double.PositiveInfinity]));
    }

    [Fact]
    public void Log_OfPositiveNumbers_IsWithinTwoUlp()
    {
        double[] inputs =
        [
            1, 2, 0.5, Math.Sqrt(0.5), Math.BitDecrement(1), Math.BitIncrement(1), 2.2250738585072014e-308, double.MaxValue,
            .. Random(200_000, 3).Select(u => Math.Exp(1400 * u - 700)), .. Random(200_000, 4).Select(u => 0.5 + u),
            .. Random(200_000, 5).Select(u => 1 + 1e-6 * (u - 0.5)),
        ];
        AssertWithin(2, inputs, Math.Log, Apply(DoubleMath.Log, inputs));
    }

    [Fact]
    public void ExpAndLog_OfNaN_AreNaN()
    {
        Assert.Equal([double.NaN, 1], Apply(DoubleMath.Exp, [double.NaN, 0]));
        Assert.Equal([double.NaN, 0, double.NaN], Apply(DoubleMath.Log, [double.NaN, 1, double.PositiveInfinity]));
    }

    private static IEnumerable<double> Random(int count, int seed)
    {
        var random = new RandomStream(seed, 41);
        return Enumerable.Range(0, count).Select(_ => random.NextDouble());
    }

    private static double[] Apply(Func<Vector256<double>, Vector256<double>> function, double[] inputs)
    {
        var results = new double[inputs.Length];
        var four = new double[4];
        for (int i = 0; i < inputs.Length; i += 4)
        {
            inputs.AsSpan(i, Math.Min(4, inputs.Length - i)).CopyTo(four);
            for (int j = 0; j < 4 && i + j < inputs.Length; j++)
                results[i + j] = function(Vector256.Create(four)).GetElement(j);
        }

        return results;
    }

    private static void AssertWithin(double ulps, double[] inputs, Func<double, double> expected, double[] actual)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            double value = expected(inputs[i]);
            Assert.True(
                Math.Abs(actual[i] - value) <= ulps * (Math.BitIncrement(Math.Abs(value)) - Math.Abs(value)),
                $"{inputs[i]}: {actual[i]:R} for {value:R}");
        }
    }
}
