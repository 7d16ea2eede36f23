using DuckDB.NET.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Recipes.Tests;

/// <summary>Parquet and CSV files by SQL: ML.NET's DatabaseLoader over DuckDB.</summary>
public sealed class DuckDbTests
{
    [Fact]
    public void ParquetFiles_ByAPattern_ScoreAsRowsInMemoryDo()
    {
        using var folder = new TemporaryFolder();
        string csv = folder["all.csv"];
        DataFrameTests.WriteCsv(csv, Pump.Readings());
        for (int day = 0; day < 2; day++)
        {
            Execute($"""
                COPY (SELECT Minute::INTEGER AS Minute, Speed::FLOAT AS Speed, Temperature::FLOAT AS Temperature,
                    Pressure::FLOAT AS Pressure FROM '{csv}' WHERE Minute // 1440 = {day})
                TO '{folder[$"day-{day}.parquet"]}'
                """);
        }

        string files = folder["day-*.parquet"];
        var mlContext = new MLContext(seed: 1);
        IDataView rows = mlContext.Data.CreateDatabaseLoader<Reading>().Load(new DatabaseSource(
            DuckDBClientFactory.Instance, "Data Source=:memory:", $"SELECT * FROM '{files}' ORDER BY Minute"));
        var model = mlContext.Transforms.Concatenate("Features", "Speed", "Temperature", "Pressure")
            .Append(mlContext.Flows.PlanarFlow())
            .Fit(rows);
        IDataView scored = model.Transform(rows);

        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(files)!, "day-*.parquet").Length);
        Assert.Equal(Pump.Planted, Pump.Strangest(scored));
        Pump.AssertSameAsInMemory(mlContext, model, rows);
    }

    [Fact]
    public void CsvFile_WithSqlInFront_ScoresAsRowsInMemoryDo()
    {
        using var folder = new TemporaryFolder();
        string path = folder["readings.csv"];
        DataFrameTests.WriteCsv(path, Pump.Readings());
        File.AppendAllText(path, "2000,,70,9\n");

        var mlContext = new MLContext(seed: 1);
        IDataView rows = mlContext.Data.CreateDatabaseLoader<Reading>().Load(new DatabaseSource(
            DuckDBClientFactory.Instance,
            "Data Source=:memory:",
            $"""
            SELECT Minute, Speed::FLOAT AS Speed, Temperature::FLOAT AS Temperature, Pressure::FLOAT AS Pressure
            FROM '{path}' WHERE Speed IS NOT NULL ORDER BY Minute
            """));
        var model = mlContext.Transforms.Concatenate("Features", "Speed", "Temperature", "Pressure")
            .Append(mlContext.Flows.PlanarFlow())
            .Fit(rows);

        Pump.AssertSameAsInMemory(mlContext, model, rows);
    }

    [Fact]
    public void Null_InAFile_Alarms()
    {
        using var folder = new TemporaryFolder();
        string path = folder["readings.csv"];
        File.WriteAllText(path, "Minute,Speed,Temperature,Pressure\n1,25.5,68.25,6.5\n2,25.5,68.25,\n");
        var mlContext = new MLContext(seed: 1);
        var model = Pump.Pipeline(mlContext).Fit(Pump.View(mlContext));

        IDataView scored = model.Transform(mlContext.Data.CreateDatabaseLoader<Reading>().Load(new DatabaseSource(
            DuckDBClientFactory.Instance, "Data Source=:memory:", $"SELECT * FROM '{path}' ORDER BY Minute")));

        Assert.Equal([false, true], scored.GetColumn<bool>("PredictedLabel"));
        Assert.Equal([false, true], scored.GetColumn<float>("Score").Select(float.IsNaN));
    }

    // As the page says: DuckDB's decimal literals and DECIMAL columns want a cast.
    [Fact]
    public void Decimals_WithoutACast_AreRefused()
    {
        var mlContext = new MLContext();
        IDataView rows = mlContext.Data.CreateDatabaseLoader<Reading>().Load(new DatabaseSource(
            DuckDBClientFactory.Instance,
            "Data Source=:memory:",
            "SELECT 1 AS Minute, 1.5 AS Speed, 1.0::FLOAT AS Temperature, 1.0::DOUBLE AS Pressure"));

        Assert.Equal([1F], rows.GetColumn<float>("Minute"));
        Assert.Equal([1F], rows.GetColumn<float>("Pressure"));
        Assert.Throws<InvalidCastException>(() => rows.GetColumn<float>("Speed").ToArray());
    }

    private static void Execute(string sql)
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
