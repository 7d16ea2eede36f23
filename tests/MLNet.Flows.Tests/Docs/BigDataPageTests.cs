using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The code of docs/how-to/big-data.md, as it stands there, and what the page says of it.</summary>
public sealed class BigDataPageTests
{
    [Fact]
    public void Page_FromAStreamToAScoredFile_RunsAsItStands()
    {
        string folder = Directory.CreateTempSubdirectory("big-data").FullName;
        try
        {
            string scoredPath = Path.Combine(folder, "scored.csv");
            var mlContext = new MLContext(seed: 1);

            IDataView stream = mlContext.Data.LoadFromEnumerable(ReadRows());
            var model = mlContext.Flows.PlanarFlow(new PlanarFlowEstimator.Options
            {
                MaximumTrainingRows = 2_000,
                NumberOfThreads = 2,
            }).Fit(stream);

            IDataView all = model.Transform(stream);
            IDataView scored = mlContext.Transforms.SelectColumns("Id", "Score", "PValue", "PredictedLabel")
                .Fit(all).Transform(all);
            using (FileStream file = File.Create(scoredPath))
                mlContext.Data.SaveAsText(scored, file, separatorChar: ',', schema: false);

            Assert.Equal(2_000, model.History.RowsUsed);
            string[] lines = File.ReadAllLines(scoredPath);
            Assert.Equal("Id,Score,PValue,PredictedLabel", lines[0]);
            Assert.Equal(
                Enumerable.Range(0, 10_000).Select(i => $"{i}"), lines.Skip(1).Select(line => line.Split(',')[0]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Page_OnArraysInParallel_GivesTheBitsOfOneThread()
    {
        var mlContext = new MLContext(seed: 1);
        float[][] table = Rows.Normal(5_000, 3);
        PlanarFlowTransformer flow = mlContext.Flows.PlanarFlow().Fit(Rows.View(mlContext, table));
        float[] rows = [.. table.SelectMany(row => row)];

        var scores = new float[rows.Length / flow.FeatureCount];
        const int Part = 1_024;
        Parallel.For(0, (scores.Length + Part - 1) / Part, part =>
        {
            int first = part * Part, count = Math.Min(Part, scores.Length - first);
            flow.Score(rows.AsSpan(first * flow.FeatureCount, count * flow.FeatureCount), scores.AsSpan(first, count));
        });

        var alone = new float[scores.Length];
        flow.Score(rows, alone);
        Assert.Equal(alone, scores);
    }

    private static IEnumerable<Row> ReadRows() => Rows.Normal(10_000, 2).Select((row, i) => new Row { Id = i, Features = row });

    private sealed class Row
    {
        public int Id { get; set; }

        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }
}
