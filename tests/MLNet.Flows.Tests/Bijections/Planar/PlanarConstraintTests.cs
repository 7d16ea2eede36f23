using MLNet.Flows.Bijections.Planar;

namespace MLNet.Flows.Tests.Bijections.Planar;

public sealed class PlanarConstraintTests
{
    [Fact]
    public void M_AtZero_IsZero()
    {
        Assert.Equal(0, PlanarConstraint.M(0), 1e-12);
    }

    [Theory]
    [InlineData(-20)]
    [InlineData(-1)]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(50)]
    public void M_OfT_IsTheShiftedSoftplus(double t)
    {
        // Without the margin this is -1 + log(1 + (e - 1) e^t).
        double withoutMargin = t > 40 ? t + Math.Log(Math.E - 1) - 1 : -1 + Math.Log(1 + (Math.E - 1) * Math.Exp(t));

        Assert.Equal(PlanarReference.M(t), PlanarConstraint.M(t), 1e-12);
        Assert.Equal(withoutMargin, PlanarConstraint.M(t), 2.1e-3);
        Assert.True(PlanarConstraint.M(t) > -1 + PlanarConstraint.Margin - 1e-12);
    }

    [Fact]
    public void M_FarDown_StaysAMarginAboveMinusOne()
    {
        Assert.Equal(-1 + PlanarConstraint.Margin, PlanarConstraint.M(-1e30), 1e-12);
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(0)]
    [InlineData(2)]
    public void Slope_OfT_IsTheDerivativeOfM(double t)
    {
        Assert.Equal((PlanarConstraint.M(t + 1e-6) - PlanarConstraint.M(t - 1e-6)) / 2e-6, PlanarConstraint.Slope(t), 1e-8);
    }

    [Fact]
    public void UHat_TinyW_KeepsTheProductAboveMinusOneAndUHatFinite()
    {
        float[] w = [1e-30f, 2e-30f, -1e-38f], u = [3, -4, 5], uHat = UHat(w, u);

        Assert.All(uHat, value => Assert.True(float.IsFinite(value)));
        Assert.True(w.Zip(uHat).Sum(p => (double)p.First * p.Second) > -1);
    }

    [Fact]
    public void UHat_ZeroW_LeavesU()
    {
        Assert.Equal([3, -4], UHat([0, 0], [3, -4]));
    }

    [Fact]
    public void UHat_AnyWAndU_GivesTheProductM()
    {
        float[] w = [0.3f, -2, 1], u = [-4, 3, -1], uHat = UHat(w, u);

        Assert.Equal(PlanarReference.M(-1.2 - 6 - 1), w.Zip(uHat).Sum(p => (double)p.First * p.Second), 1e-5);
    }

    private static float[] UHat(float[] w, float[] u) =>
        new TrainablePlanarStack(w.Length, 1).Freeze([.. w, .. u, 0]).UHat.ToArray();
}
