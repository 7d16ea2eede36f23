using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Numerics;

public sealed class SingleOrderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    public void Sort_OfAllKindsOfNumbers_IsTheRuntimesOrder(int count)
    {
        var random = new RandomStream(1, 1);
        float[] special = [0, -1, 1, float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon, float.NegativeInfinity,
            float.PositiveInfinity];
        float[] values = [.. Enumerable.Range(0, count).Select(
            i => i % 50 == 0 ? special[i / 50 % special.Length] : (float)(random.NextGaussian() * Math.Pow(10, i % 60 - 30)))];
        float[] expected = [.. values.Order()];

        SingleOrder.Sort(values);

        Assert.Equal(expected, values);
    }

    [Fact]
    public void Sort_NegativeZero_StandsBeforeZero()
    {
        float[] values = [0, -0f, 1e-40f, -1e-40f];

        SingleOrder.Sort(values);

        Assert.Equal([-1e-40f, -0f, 0, 1e-40f], values);
        Assert.True(float.IsNegative(values[1]) && !float.IsNegative(values[2]));
    }
}
