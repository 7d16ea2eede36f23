using Apache.Arrow;
using Apache.Arrow.Ipc;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Recipes.Tests;

/// <summary>Arrow record batches: one in memory, and a stream of them in a file.</summary>
public sealed class ArrowTests
{
    [Fact]
    public void RecordBatch_AsADataFrame_ScoresAsRowsInMemoryDo()
    {
        RecordBatch batch = Batch(Pump.Readings());

        var mlContext = new MLContext(seed: 1);
        DataFrame rows = DataFrame.FromArrowRecordBatch(batch);
        var model = mlContext.Transforms.Concatenate("Features", "Speed", "Temperature", "Pressure")
            .Append(mlContext.Flows.PlanarFlow())
            .Fit(rows);

        Pump.AssertSameAsInMemory(mlContext, model, rows);
    }

    [Fact]
    public void Stream_OfRecordBatches_ScoresAsRowsInMemoryDo()
    {
        using var folder = new TemporaryFolder();
        string path = folder["readings.arrows"];
        Write(path, Pump.Readings().Chunk(300).Select(Batch));

        var mlContext = new MLContext(seed: 1);
        IDataView rows = mlContext.Data.LoadFromEnumerable(ReadArrow(path));
        var model = mlContext.Transforms.Concatenate("Features", "Speed", "Temperature", "Pressure")
            .Append(mlContext.Flows.PlanarFlow())
            .Fit(rows);
        IDataView scored = model.Transform(rows);

        Assert.Equal(Pump.Planted, Pump.Strangest(scored));
        Pump.AssertSameAsInMemory(mlContext, model, rows);
    }

    [Fact]
    public void Stream_WithANull_AlarmsThere()
    {
        using var folder = new TemporaryFolder();
        string path = folder["readings.arrows"];
        Reading[] readings = Pump.Readings();
        var mlContext = new MLContext(seed: 1);
        var model = Pump.Pipeline(mlContext).Fit(Pump.View(mlContext));

        readings[5].Pressure = float.NaN;
        Write(path, [Batch(readings)]);
        IDataView scored = model.Transform(mlContext.Data.LoadFromEnumerable(ReadArrow(path)));

        Assert.Equal(5, Pump.Scores(scored).IndexOf(float.NaN));
        Assert.True(scored.GetColumn<bool>("PredictedLabel").ElementAt(5));
    }

    // The file is opened anew for each pass over the rows; one batch at a time is in memory.
    private static IEnumerable<Reading> ReadArrow(string path)
    {
        using var reader = new ArrowStreamReader(File.OpenRead(path));
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            using (batch)
            {
                var speed = (FloatArray)batch.Column("Speed");
                var temperature = (FloatArray)batch.Column("Temperature");
                var pressure = (FloatArray)batch.Column("Pressure");
                for (int i = 0; i < batch.Length; i++)
                {
                    yield return new Reading
                    {
                        Speed = speed.GetValue(i) ?? float.NaN,
                        Temperature = temperature.GetValue(i) ?? float.NaN,
                        Pressure = pressure.GetValue(i) ?? float.NaN,
                    };
                }
            }
        }
    }

    private static RecordBatch Batch(Reading[] readings) => new RecordBatch.Builder()
        .Append("Speed", nullable: false, Column(readings.Select(reading => reading.Speed)))
        .Append("Temperature", nullable: false, Column(readings.Select(reading => reading.Temperature)))
        .Append("Pressure", nullable: true, Column(readings.Select(reading => reading.Pressure)))
        .Build();

    // NaN becomes a null.
    private static FloatArray Column(IEnumerable<float> values)
    {
        var column = new FloatArray.Builder();
        foreach (float value in values)
            _ = float.IsNaN(value) ? column.AppendNull() : column.Append(value);
        return column.Build();
    }

    private static void Write(string path, IEnumerable<RecordBatch> batches)
    {
        ArrowStreamWriter? writer = null;
        using FileStream stream = File.Create(path);
        foreach (RecordBatch batch in batches)
        {
            writer ??= new ArrowStreamWriter(stream, batch.Schema);
            writer.WriteRecordBatch(batch);
        }

        writer?.WriteEnd();
        writer?.Dispose();
    }
}
