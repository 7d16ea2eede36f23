using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Distributions;
using MLNet.Flows.Explanation;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.Bijections.Planar;

namespace MLNet.Flows.Tests.Explanation;

public sealed class DensityGradientTests
{
    private const int D = 4;

    private static readonly Dictionary<string, Distribution> Bases = new()
    {
        ["normal"] = new DiagonalNormal([1, -2, 0, 0.3f], [0.5f, 3, 1, 2]),
        ["student"] = new ProductStudentT(4, [1, -2, 0, 0.3f], [0.5f, 3, 1, 2]),
        ["shared"] = new NormalMixture(D, [0.3f, 0.7f], [0, 0, 0, 0, 1, -1, 2, 0], [1, 2, 1, 0.5f]),
        ["own-scales"] = new NormalMixture(D, [0.3f, 0.7f], [0, 0, 0, 0, 1, -1, 2, 0], [1, 2, 1, 0.5f, 0.7f, 1, 1, 1]),
        ["flows"] = new UniformMixture(
        [
            new Transformed(
                [new TrainablePlanarStack(D, 5).Freeze(PlanarReference.RandomParameters(D, 5, 6)),
                new TrainablePlanarStack(D, 3).Freeze(PlanarReference.RandomParameters(D, 3, 7))],
                new DiagonalNormal([1, -2, 0, 0.3f], [0.5f, 3, 1, 2])),
            new NormalMixture(D, [0.3f, 0.7f], [0, 0, 0, 0, 1, -1, 2, 0], [1, 2, 1, 0.5f]),
        ]),
    };

    public static TheoryData<string, int> BasesAndLayers
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string name in Bases.Keys)
            {
                cases.Add(name, 0);
                cases.Add(name, 7);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(BasesAndLayers))]
    public void Run_AgainstDifferencesInDoublePrecision_IsTheGradient(string name, int layers)
    {
        var data = new FeatureMatrix(D);
        var random = new RandomStream(31);
        for (int i = 0; i < 200; i++)
        {
            double common = random.NextGaussian();
            Span<float> row = data.AddRow();
            for (int d = 0; d < D; d++)
                row[d] = (float)(d + (d + 1) * (common + random.NextGaussian()));
        }

        float[][] rows = [.. Enumerable.Range(0, 64).Select(i => data.Row(i).ToArray())];
        Standardization standardization = Standardization.Fit(data, []);
        standardization.Apply(data);
        Whitening whitening = Whitening.Fit(data, [], 0.1);
        PlanarStack stack = new TrainablePlanarStack(D, layers).Freeze(PlanarReference.RandomParameters(D, layers, 5));
        var density = new FlowDensity(
            new ColumnPartition(D, [], new PlateauConstants([], [])),
            new Transformed([standardization, whitening, stack], Bases[name]));
        var gradient = new DensityGradient(density);
        for (int r = 0; r < 64; r++)
        {
            for (int d = 0; d < D; d++)
                gradient.Points.Values[d * RowBlock.Rows + r] = rows[r][d];
        }

        var logProb = new double[64];
        gradient.Run(logProb);

        // Central differences of the single-precision log-density are good to about 1e-3; five points wide ones to a bit more.
        FlowWorkspace workspace = density.CreateWorkspace();
        for (int r = 0; r < 64; r++)
        {
            Assert.Equal(density.LogProbOfRow(rows[r], context: [], workspace), (float)logProb[r], 1e-4f);
            for (int d = 0; d < D; d++)
            {
                float step = 0.01f * standardization.Scale[d];
                double At(float offset)
                {
                    float[] moved = [.. rows[r]];
                    moved[d] += offset;
                    return density.LogProbOfRow(moved, context: [], workspace);
                }

                double numeric = (8 * (At(step) - At(-step)) - (At(2 * step) - At(-2 * step))) / (12 * step);
                double analytic = gradient.Gradient.Values[d * RowBlock.Rows + r];
                Assert.Equal(
                    numeric * standardization.Scale[d],
                    analytic * standardization.Scale[d],
                    2e-3 * (1 + Math.Abs(numeric * standardization.Scale[d])));
            }
        }
    }
}
