using System.Text.Json;
using DuckDB.NET.Data;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Tests.Tables;

/// <summary>Parquet as other programs write it: types, identifiers, files that differ.</summary>
public sealed class ParquetTests(ShuttleModel model) : IClassFixture<ShuttleModel>, IDisposable
{
    private readonly Workspace _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Score_ParquetFilesOfOtherTypes_KeepEveryValue()
    {
        Write("whole.parquet", "1");
        Write("parts.parquet", "1.6::DOUBLE");

        Workspace.Run(
            "score", model.Path, _folder["whole.parquet"], _folder["parts.parquet"], "--out", _folder["o.csv"]).Succeeded();

        Assert.Equal(["1.0", "1.6"], _folder.Read("o.csv").Skip(1).Select(row => row[0]));
    }

    [Fact]
    public void Score_ParquetFilesOfOtherColumns_NamesTheFile()
    {
        Write("a.parquet", "1");
        Write("b.parquet", "1", ", 3 AS more");

        string error = Workspace.Run(
            "score", model.Path, _folder["a.parquet"], _folder["b.parquet"], "--out", _folder["o.csv"]).Failed().Error;

        Assert.Equal(
            $"'{_folder["b.parquet"]}' has other columns than '{_folder["a.parquet"]}': with 'more'. Give files with the same "
            + "columns.",
            error);
    }

    [Fact]
    public void Explain_ParquetOfIdentifiers_ShowsThemAsText()
    {
        const string Id = "9468c6d0-982d-48b5-a919-abf410a60ec8";
        Write("d.parquet", "1", $", UUID '{Id}' AS id, 'low'::ENUM('low', 'high') AS level");

        ToolRun run = Workspace.Run("explain", model.Path, _folder["d.parquet"], "--json").Succeeded();

        JsonElement values = run.Json.GetProperty("rows")[0].GetProperty("values");
        Assert.Equal(Id, values.GetProperty("id").GetString());
        Assert.Equal("low", values.GetProperty("level").GetString());
    }

    [Fact]
    public void Train_ParquetColumnOfNaN_IsEmpty()
    {
        Write("d.parquet", "'NaN'::FLOAT");

        Assert.Equal(
            $"Column 'V1' of '{_folder["d.parquet"]}' is empty. Leave it out: pass --ignore V1.",
            Workspace.Run("train", _folder["d.parquet"], "--out", _folder["m.zip"]).Failed().Error);
    }

    // A row of V1, the given expression, to V9.
    private void Write(string name, string first, string more = "")
    {
        using DuckDBConnection connection = Database.Open(inOrder: true);
        using DuckDBCommand command = connection.CreateCommand();
        string rest = string.Concat(Enumerable.Range(2, 8).Select(i => $", {i} AS V{i}"));
        command.CommandText = $"COPY (SELECT {first} AS V1{rest}{more}) TO '{_folder[name]}'";
        command.ExecuteNonQuery();
    }
}
