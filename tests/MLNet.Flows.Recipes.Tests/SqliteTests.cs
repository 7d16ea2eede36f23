using Microsoft.Data.Sqlite;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Recipes.Tests;

/// <summary>Rows of an SQLite database through ML.NET's DatabaseLoader, and alarms written back.</summary>
public sealed class SqliteTests
{
    [Fact]
    public void Table_TrainedOnAndScored_GetsItsAlarmsBack()
    {
        using var folder = new TemporaryFolder();
        string connectionString = Create(folder["plant.db"], Pump.Readings());

        var mlContext = new MLContext(seed: 1);
        IDataView rows = mlContext.Data.CreateDatabaseLoader<Reading>().Load(new DatabaseSource(
            SqliteFactory.Instance, connectionString, "SELECT * FROM Readings ORDER BY Minute"));
        var model = mlContext.Transforms.Concatenate("Features", "Speed", "Temperature", "Pressure")
            .Append(mlContext.Flows.PlanarFlow())
            .Fit(rows);
        IDataView scored = model.Transform(rows);
        ScoredReading[] alarms = [.. mlContext.Data.CreateEnumerable<ScoredReading>(scored, reuseRowObject: false)
            .Where(reading => reading.PredictedLabel)];
        WriteAlarms(connectionString, alarms);

        Assert.Equal(Pump.Planted, Query(connectionString, "SELECT Minute FROM Alarms ORDER BY Score DESC LIMIT 3").Order());
        Assert.InRange(Query(connectionString, "SELECT count(*) FROM Alarms")[0], 3, 60);
        Pump.AssertSameAsInMemory(mlContext, model, rows);
    }

    [Fact]
    public void Null_InATable_Alarms()
    {
        using var folder = new TemporaryFolder();
        var mlContext = new MLContext(seed: 1);
        Reading[] readings = Pump.Readings();
        var model = Pump.Pipeline(mlContext).Fit(Pump.View(mlContext));

        readings[5].Pressure = float.NaN;
        string connectionString = Create(folder["plant.db"], readings);
        IDataView scored = model.Transform(mlContext.Data.CreateDatabaseLoader<Reading>().Load(new DatabaseSource(
            SqliteFactory.Instance, connectionString, "SELECT * FROM Readings ORDER BY Minute")));
        ScoredReading[] alarms = [.. mlContext.Data.CreateEnumerable<ScoredReading>(scored, reuseRowObject: false)
            .Where(reading => reading.PredictedLabel)];
        WriteAlarms(connectionString, alarms);

        Assert.Equal(5, Pump.Scores(scored).IndexOf(float.NaN));
        Assert.Equal([5], Query(connectionString, "SELECT Minute FROM Alarms WHERE Score IS NULL AND PValue IS NULL"));
    }

    private static void WriteAlarms(string connectionString, ScoredReading[] alarms)
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        using SqliteTransaction transaction = connection.BeginTransaction();
        using SqliteCommand insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO Alarms (Minute, Score, PValue) VALUES ($minute, $score, $pValue)";
        foreach (ScoredReading reading in alarms)
        {
            // SQLite has no NaN: a reading with a missing value has no score.
            insert.Parameters.Clear();
            insert.Parameters.AddWithValue("$minute", reading.Minute);
            insert.Parameters.AddWithValue("$score", float.IsNaN(reading.Score) ? DBNull.Value : reading.Score);
            insert.Parameters.AddWithValue("$pValue", float.IsNaN(reading.PValue) ? DBNull.Value : reading.PValue);
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private static string Create(string path, Reading[] readings)
    {
        // Without a pool the file can be deleted at the end of the test.
        string connectionString = $"Data Source={path};Pooling=False";
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        using SqliteTransaction transaction = connection.BeginTransaction();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            CREATE TABLE Readings (Minute INTEGER PRIMARY KEY, Speed REAL, Temperature REAL, Pressure REAL);
            CREATE TABLE Alarms (Minute INTEGER PRIMARY KEY, Score REAL, PValue REAL);
            """;
        command.ExecuteNonQuery();
        command.CommandText = "INSERT INTO Readings VALUES ($minute, $speed, $temperature, $pressure)";
        foreach (Reading reading in readings)
        {
            command.Parameters.Clear();
            command.Parameters.AddWithValue("$minute", reading.Minute);
            command.Parameters.AddWithValue("$speed", reading.Speed);
            command.Parameters.AddWithValue("$temperature", reading.Temperature);
            command.Parameters.AddWithValue("$pressure", float.IsNaN(reading.Pressure) ? DBNull.Value : reading.Pressure);
            command.ExecuteNonQuery();
        }

        transaction.Commit();
        return connectionString;
    }

    private static List<int> Query(string connectionString, string sql)
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        List<int> values = [];
        while (reader.Read())
            values.Add(reader.GetInt32(0));
        return values;
    }

    /// <summary>A reading and what the flow says of it.</summary>
    private sealed class ScoredReading
    {
        public float Minute { get; set; }

        public float Score { get; set; }

        public float PValue { get; set; }

        public bool PredictedLabel { get; set; }
    }
}
