namespace MLNet.Flows.Tests.Variational;

public sealed class VariationalPlanarFlowTests
{
    // A normal with means 1 and -2 and scales 0.5 and 2: Z = 2 pi 0.5 2.
    private static readonly EnergyFunction Normal = (points, energies, gradients) =>
    {
        for (int i = 0; i < energies.Length; i++)
        {
            float a = (points[2 * i] - 1) / 0.5f, b = (points[2 * i + 1] + 2) / 2;
            energies[i] = 0.5f * (a * a + b * b);
            (gradients[2 * i], gradients[2 * i + 1]) = (a / 0.5f, b / 2);
        }
    };

    // A banana: z2 about z1^2 / 2, with unit and 0.5 scales: Z = 2 pi 0.5.
    private static readonly EnergyFunction Banana = (points, energies, gradients) =>
    {
        for (int i = 0; i < energies.Length; i++)
        {
            float x = points[2 * i], t = (points[2 * i + 1] - 0.5f * x * x) / 0.5f;
            energies[i] = 0.5f * (x * x + t * t);
            (gradients[2 * i], gradients[2 * i + 1]) = (x - t * x / 0.5f, t / 0.5f);
        }
    };

    [Fact]
    public void Fit_NormalTargetWithoutLayers_IsTheTarget()
    {
        VariationalPlanarFlow flow = VariationalPlanarFlow.Fit(
            2, Normal, new VariationalPlanarFlow.Options { NumberOfLayers = 0, MaximumSteps = 3000 });
        float[] points = flow.Sample(50_000);

        Assert.Equal(-Math.Log(2 * Math.PI), flow.FreeEnergy, 1e-3);
        Assert.Equal(1, Enumerable.Range(0, 50_000).Average(i => points[2 * i]), 0.02);
        Assert.Equal(4, Enumerable.Range(0, 50_000).Average(i => Math.Pow(points[2 * i + 1] + 2, 2)), 0.15);
        var density = new float[1];
        flow.LogDensity([1, -2], density);
        Assert.Equal(-Math.Log(2 * Math.PI), density[0], 0.02);
    }

    [Fact]
    public void Fit_Banana_LayersBendTowardsIt()
    {
        var reports = new List<VariationalProgress>();
        double plain = VariationalPlanarFlow.Fit(
            2, Banana, new VariationalPlanarFlow.Options { NumberOfLayers = 0, MaximumSteps = 3000 }).FreeEnergy;
        VariationalPlanarFlow flow = VariationalPlanarFlow.Fit(
            2, Banana, new VariationalPlanarFlow.Options { MaximumSteps = 3000, Progress = new Recorder(reports) });

        Assert.InRange(plain + Math.Log(Math.PI), 0.2, 1);
        Assert.InRange(flow.FreeEnergy + Math.Log(Math.PI), -0.01, 0.08);
        Assert.Equal(20, reports.Count);
        Assert.Equal((3000, 3000, flow.FreeEnergy), (reports[^1].Step, reports[^1].MaximumSteps, reports[^1].FreeEnergy));

        // The density at the flow's own draws says the same free energy, and it integrates to 1.
        float[] points = flow.Sample(20_000);
        float[] logQ = new float[20_000], energies = new float[20_000];
        flow.LogDensity(points, logQ);
        Banana(points, energies, new float[40_000]);
        Assert.Equal(flow.FreeEnergy, Enumerable.Range(0, 20_000).Average(i => (double)logQ[i] + energies[i]), 0.03);
        Assert.Equal(1, Mass(flow), 2e-3);
    }

    [Fact]
    public void Fit_SameSeed_GivesTheSameFlow()
    {
        var options = new VariationalPlanarFlow.Options { MaximumSteps = 200, Seed = 4 };

        Assert.Equal(
            VariationalPlanarFlow.Fit(2, Banana, options).Sample(10), VariationalPlanarFlow.Fit(2, Banana, options).Sample(10));
        Assert.NotEqual(
            VariationalPlanarFlow.Fit(2, Banana, options).Sample(10),
            VariationalPlanarFlow.Fit(2, Banana, new VariationalPlanarFlow.Options { MaximumSteps = 200 }).Sample(10));
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(10, null)]
    [InlineData(250, 2)]
    public void Fit_Cancelled_ThrowsBeforeTheFirstReportAndKeepsWhatThereIsLater(int calls, int? reports)
    {
        using var source = new CancellationTokenSource();
        var heard = new List<VariationalProgress>();
        var options = new VariationalPlanarFlow.Options
        {
            MaximumSteps = 2000,
            BatchSize = 64,
            Progress = new Recorder(heard),
            CancellationToken = source.Token,
        };
        int left = calls;
        VariationalPlanarFlow Fit() => VariationalPlanarFlow.Fit(
            2,
            (points, energies, gradients) =>
            {
                if (--left == 0)
                    source.Cancel();
                Normal(points, energies, gradients);
            },
            options);

        if (reports is null)
            Assert.Contains(
                $"cancelled at step {calls + 1} of 2000",
                Assert.Throws<OperationCanceledException>(Fit).Message,
                StringComparison.Ordinal);
        else
            Assert.Equal(Fit().FreeEnergy, heard[^1].FreeEnergy);
        Assert.Equal(reports ?? 0, heard.Count);
    }

    [Fact]
    public void Fit_BadInput_Throws()
    {
        EnergyFunction broken = (_, energies, gradients) =>
        {
            energies.Fill(float.NaN);
            gradients.Clear();
        };

        Assert.Contains(
            "The free energy is NaN at step 20, 20 steps in a row.",
            Assert.Throws<InvalidOperationException>(() => VariationalPlanarFlow.Fit(2, broken)).Message);
        Assert.Contains("The options of VariationalPlanarFlow have 2 faults: MaximumSteps is 0, but it is in [1, 10000000]. "
            + "LearningRate is 2, but it is above 0 and at most 1.",
            Assert.Throws<ArgumentException>(
                () => VariationalPlanarFlow.Fit(
                    2, Banana, new VariationalPlanarFlow.Options { MaximumSteps = 0, LearningRate = 2 })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => VariationalPlanarFlow.Fit(0, Banana));
        VariationalPlanarFlow flow = VariationalPlanarFlow.Fit(2, Banana, new VariationalPlanarFlow.Options { MaximumSteps = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => flow.Sample(0));
        Assert.Contains(
            "There are 3 values for 1 results, but points have 2 values each.",
            Assert.Throws<ArgumentException>(() => flow.LogDensity(new float[3], new float[1])).Message);
    }

    [Fact]
    public void Fit_EnergyThatLeavesGradientsUnset_SaysHowMany()
    {
        EnergyFunction half = (points, energies, gradients) =>
        {
            for (int i = 0; i < energies.Length; i++)
                (energies[i], gradients[2 * i]) = (0, points[2 * i]);
        };

        var error = Assert.Throws<InvalidOperationException>(() => VariationalPlanarFlow.Fit(2, half));

        Assert.Contains("left 0 of 64 energies and 64 of 128 gradient values unset", error.Message);
    }

    [Fact]
    public void Warning_WhereTheFlowMissesTheTarget_SaysSo()
    {
        // The gradient is a hundred times the energy's: q becomes a tenth as wide as the target.
        EnergyFunction steep = (points, energies, gradients) =>
        {
            for (int i = 0; i < energies.Length; i++)
            {
                float x = points[2 * i], y = points[2 * i + 1];
                energies[i] = 0.5f * (x * x + y * y) * 1e-2f;
                (gradients[2 * i], gradients[2 * i + 1]) = (x, y);
            }
        };

        VariationalPlanarFlow wrong = VariationalPlanarFlow.Fit(
            2, steep, new VariationalPlanarFlow.Options { NumberOfLayers = 0, MaximumSteps = 2000 });
        VariationalPlanarFlow right = VariationalPlanarFlow.Fit(
            2, Normal, new VariationalPlanarFlow.Options { NumberOfLayers = 0, MaximumSteps = 3000 });

        Assert.InRange(wrong.EffectiveSampleShare, 0, 0.1);
        Assert.Contains("check that the gradient is that of the energy", wrong.Warning);
        Assert.InRange(right.EffectiveSampleShare, 0.98, 1);
        Assert.Null(right.Warning);
    }

    private static double Mass(VariationalPlanarFlow flow)
    {
        const int Cells = 500;
        var points = new float[2 * Cells * Cells];
        for (int i = 0; i < Cells * Cells; i++)
            (points[2 * i], points[2 * i + 1]) = (-7 + 14 * (i % Cells + 0.5f) / Cells, -7 + 24 * (i / Cells + 0.5f) / Cells);
        var result = new float[Cells * Cells];
        flow.LogDensity(points, result);
        return result.Sum(l => Math.Exp(l)) * 14.0 / Cells * 24.0 / Cells;
    }

    private sealed class Recorder(List<VariationalProgress> reports) : IProgress<VariationalProgress>
    {
        public void Report(VariationalProgress value) => reports.Add(value);
    }
}
