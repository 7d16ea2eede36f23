using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Numerics;

public sealed unsafe class VectorMathTests
{
    private static readonly float[] Inputs = MakeInputs();

    [Fact]
    public void Tanh_Everywhere_IsWithinSixUlp()
    {
        AssertWithin(6, Inputs, Math.Tanh, Apply(SimdWidth.Scalar, Function.Tanh, Inputs));
    }

    [Fact]
    public void Exp_InItsRange_IsWithinTwoUlp()
    {
        float[] inputs = [.. Inputs.Where(x => x is >= -87 and <= 88)];
        AssertWithin(2, inputs, Math.Exp, Apply(SimdWidth.Scalar, Function.Exp, inputs));
    }

    [Fact]
    public void Tanh_OfTwo_IsThatOfEach()
    {
        Assert.Equal(Apply(SimdWidth.Scalar, Function.Tanh, Inputs), Apply(SimdWidth.Scalar, Function.SecondOfTwoTanh, Inputs));
    }

    [Fact]
    public void Exp_BeyondItsRange_IsClamped()
    {
        float[] result = Apply(
            SimdWidth.Vector256, Function.Exp, [-1e30f, -1000, 1000, 1e30f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

        Assert.Equal(Math.Exp(-87), result[0], 1e-40);
        Assert.True(float.IsFinite(result[2]) && result[2] > 1e38f);
        Assert.Equal(result[2], result[3]);
    }

    [Fact]
    public void Log_OfPositiveNumbers_IsWithinTwoUlp()
    {
        float[] inputs = [.. Inputs.Select(Math.Abs).Where(x => x >= 1.2e-38f)];
        AssertWithin(2, inputs, Math.Log, Apply(SimdWidth.Scalar, Function.Log, inputs));
    }

    [Fact]
    public void Log_OfZero_IsThatOfTheSmallestNormal()
    {
        Assert.Equal(Math.Log(1.17549435e-38), Apply(SimdWidth.Scalar, Function.Log, [0f])[0], 1e-4);
    }

    [Theory]
    [MemberData(nameof(SimdWidths.All), MemberType = typeof(SimdWidths))]
    public void Functions_AtEveryWidth_GiveTheScalarBits(int width)
    {
        foreach (Function function in Enum.GetValues<Function>())
        {
            float[] inputs = function == Function.Log ? [.. Inputs.Select(Math.Abs)] : Inputs;
            float[] scalar = Apply(SimdWidth.Scalar, function, inputs), wide = Apply((SimdWidth)width, function, inputs);
            for (int i = 0; i < inputs.Length; i++)
                Assert.True(
                    BitConverter.SingleToInt32Bits(scalar[i]) == BitConverter.SingleToInt32Bits(wide[i]),
                    $"{function}({inputs[i]}): {scalar[i]} and {wide[i]}");
        }
    }

    private static void AssertWithin(double ulps, float[] inputs, Func<double, double> exact, float[] results)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            double expected = exact(inputs[i]);
            double ulp = Math.Max(MathF.BitIncrement((float)Math.Abs(expected)) - (float)Math.Abs(expected), float.Epsilon);
            Assert.True(Math.Abs(results[i] - expected) <= ulps * ulp, $"f({inputs[i]}) = {results[i]}, exactly {expected}");
        }
    }

    private static float[] MakeInputs()
    {
        var random = new RandomStream(5);
        var inputs = new List<float> { 0, -0f, 1, -1, 9, -9, 1e-30f, 30, -30, 88, -87, 1e15f, -1e15f, 3e38f };
        for (int i = 0; i < 30_000; i++)
            inputs.Add((float)(random.NextGaussian() * Math.Pow(10, 6 * random.NextDouble() - 4)));
        while (inputs.Count % 16 != 0)
            inputs.Add(0.5f);
        return [.. inputs];
    }

    private static float[] Apply(SimdWidth width, Function function, float[] inputs)
    {
        var result = new float[inputs.Length];
        fixed (float* x = inputs, y = result)
        {
            var operation = new Operation(function, x, y, inputs.Length);
            SimdDispatch.Run(width, ref operation);
        }

        return result;
    }

    private enum Function
    {
        Tanh,
        SecondOfTwoTanh,
        Exp,
        Log,
    }

    private struct Operation(Function function, float* x, float* y, int count) : ISimdOperation
    {
        private static V SecondOfTwo<V, S>(V value)
            where V : struct
            where S : struct, ISimd<V>
        {
            V first = S.Multiply(value, S.Create(0.5f));
            VectorMath<V, S>.Tanh(ref first, ref value);
            return value;
        }

        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            for (int i = 0; i + S.Count <= count; i += S.Count)
            {
                V value = S.Load(x + i);
                S.Store(function switch
                {
                    Function.Tanh => VectorMath<V, S>.Tanh(value),
                    Function.SecondOfTwoTanh => SecondOfTwo<V, S>(value),
                    Function.Exp => VectorMath<V, S>.Exp(value),
                    _ => VectorMath<V, S>.Log(value),
                }, y + i);
            }
        }
    }
}
