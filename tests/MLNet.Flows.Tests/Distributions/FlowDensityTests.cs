using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Tests.Distributions;

public sealed class FlowDensityTests
{
    [Fact]
    public void LogProb_PreprocessedWithConstant_BlockIsRowAndReadBackToo()
    {
        var random = new RandomStream(3);
        var active = new FeatureMatrix(2);
        var rows = new float[100 * 3];
        for (int r = 0; r < 100; r++)
        {
            Span<float> row = active.AddRow();
            row[0] = (float)random.NextGaussian();
            row[1] = row[0] + (float)random.NextGaussian();
            (rows[3 * r], rows[3 * r + 1], rows[3 * r + 2]) = (row[0], 7, row[1]);
        }

        rows[0] = float.NaN;
        rows[3] = 1e30f;
        rows[7] = 8;
        Standardization standardization = Standardization.Fit(active, []);
        standardization.Apply(active);
        var density = new FlowDensity(
            new ColumnPartition(3, [1], new PlateauConstants([7], [1e-6f])),
            new Transformed(
                [standardization, Whitening.Fit(active, [], 0.1)], new NormalMixture(2, [0.5f, 0.5f], [0, 0, 1, 1], [1, 1])));
        var writer = new ModelWriter();
        density.Write(writer);
        FlowDensity read = FlowDensity.Read(new ModelReader(writer.Payload.ToArray()), version: 4);
        var result = new float[100];
        density.LogProb(rows, contexts: [], result, density.CreateWorkspace());
        Assert.True(float.IsNaN(result[0]) && float.IsFinite(result[1]) && result[2] < -80);
        FlowWorkspace workspace = read.CreateWorkspace();
        for (int r = 0; r < 100; r++)
            Assert.Equal(result[r], read.LogProbOfRow(rows.AsSpan(3 * r, 3), context: [], workspace));
    }

    // The way of training rows, preprocessed in place, and the way of rows to be scored end in the same bits.
    [Fact]
    public void LogProbPreprocessed_HeavyTailsAndWhitening_IsLogProb()
    {
        var random = new RandomStream(4);
        var matrix = new FeatureMatrix(3);
        var rows = new float[100 * 3];
        for (int r = 0; r < 100; r++)
        {
            Span<float> row = matrix.AddRow();
            for (int d = 0; d < 3; d++)
                rows[3 * r + d] = row[d] = (float)random.NextGaussian();
            if (r % 20 == 5)
                rows[3 * r + 1] = row[1] = 1e6f * r;
        }

        PreprocessedRows preprocessed = PreprocessedRows.Fit(matrix, [], Preprocessing.Whiten());
        var density = new FlowDensity(
            new ColumnPartition(3, [], new PlateauConstants([], [])),
            new Transformed(preprocessed.Bijections, new NormalMixture(3, [0.5f, 0.5f], [0, 0, 0, 1, 1, 1], [1, 1, 1])));
        float[] expected = new float[100], result = new float[100];

        density.LogProb(rows, contexts: [], expected, density.CreateWorkspace());
        foreach ((int first, int count) in (IEnumerable<(int, int)>)[(0, 64), (64, 36)])
        {
            density.LogProbPreprocessed(
                preprocessed.Values,
                contexts: null,
                first,
                preprocessed.Bijections.Length,
                preprocessed.LogDets,
                result.AsSpan(first, count),
                density.CreateWorkspace());
        }

        Assert.Equal([1], preprocessed.Tails.Columns);
        Assert.Equal(expected, result);
    }
}
