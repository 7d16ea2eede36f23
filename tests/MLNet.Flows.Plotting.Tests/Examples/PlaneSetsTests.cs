using PlaneData;

namespace MLNet.Flows.Plotting.Tests.Examples;

/// <summary>The entropies that flows are compared with in examples/Gallery: of exact densities, and those of what is
/// drawn.</summary>
public sealed class PlaneSetsTests
{
    public static TheoryData<string> Names => [.. PlaneSets.All.Select(set => set.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Density_OverTheSquare_IntegratesToOne(string name) => Assert.Equal(1, Of(name).Integral(p => p), 1e-4);

    [Theory]
    [MemberData(nameof(Names))]
    public void Entropy_OnCellsTwiceAsWide_IsTheSame(string name) =>
        Assert.Equal(Of(name).Entropy(), Of(name).Entropy(cells: 150), 1e-3);

    // Four standard errors of the least even set.
    [Theory]
    [MemberData(nameof(Names))]
    public void Entropy_OfTheDensity_IsThatOfThePointsDrawn(string name)
    {
        PlaneSet set = Of(name);

        double drawn = set.Draw(20_000, seed: 1).Average(point => -Math.Log(set.Density(point.Features[0], point.Features[1])));

        Assert.Equal(set.Entropy(), drawn, 0.03);
    }

    [Fact]
    public void Entropy_WhereAFormulaGivesIt_IsThat()
    {
        Assert.Equal(Math.Log(6) + 0.5 * Math.Log(2 * Math.PI * Math.E * 0.01), PlaneSets.Sine.Entropy(), 1e-6);
        Assert.Equal(Math.Log(8), PlaneSets.Checkerboard.Entropy(), 1e-6);
    }

    private static PlaneSet Of(string name) => PlaneSets.All.Single(set => set.Name == name);
}
