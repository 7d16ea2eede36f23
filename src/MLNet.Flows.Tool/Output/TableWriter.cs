using System.Runtime.ExceptionServices;
using DuckDB.NET.Data;
using Microsoft.ML;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Output;

/// <summary>Writes rows to a CSV, TSV or Parquet file as they come, by DuckDB.</summary>
internal static class TableWriter
{
    private const int RowsBetweenReports = 16_384;

    /// <summary>Whether the file will be Parquet.</summary>
    public static bool IsParquet(string path) => Format(path).StartsWith("FORMAT parquet", StringComparison.Ordinal);

    /// <param name="file">The file.</param>
    /// <param name="cursor">Its rows.</param>
    /// <param name="columns">Their columns, which read from the cursor.</param>
    /// <param name="beside">Columns of a table with as many rows, to write before these: the table and, of each column, the
    /// expression and the name; the last of <paramref name="columns"/> is then never missing. Null for none.</param>
    /// <param name="report">Receives the number of rows written so far.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="InputException">Two columns have one name, the name's ending says no format, or the file cannot be
    /// written.</exception>
    public static long Write(
        NewFile file,
        DataViewRowCursor cursor,
        IReadOnlyList<OutputColumn> columns,
        (Table Table, IReadOnlyList<(string Cell, string Name)> Columns)? beside,
        Action<long> report)
    {
        string format = Format(file.Path);
        string[] names = [.. (beside?.Columns ?? []).Select(own => own.Name), .. columns.Select(column => column.Name)];
        if (names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new InputException($"There would be {twice.Count()} columns '{twice.Key}' in '{file.Path}'.");
        long rows = 0;
        Exception? stopped = null;
        using DuckDBConnection connection = Database.Open(inOrder: true);
        // DuckDB tells of an error on its own side by its text alone.
        connection.RegisterTableFunction(
            "rows",
            () => new TableFunction([.. columns.Select((column, i) => new ColumnInfo($"c{i}", column.Type))], Rows()),
            (_, writers, i) =>
            {
                for (int column = 0; column < writers.Length; column++)
                    columns[column].Write(writers[column], i);
            });
        file.Write(path =>
        {
            try
            {
                using DuckDBCommand command = connection.CreateCommand();
                string cells = string.Join(", ", [
                    .. (beside?.Columns ?? []).Select(own => $"{own.Cell} AS {Sql.Name(own.Name)}"),
                    .. names[^columns.Count..].Select((name, i) => $"{Cell(i)} AS {Sql.Name(name)}"),
                ]);
                string from = beside is null ? "" : $"{beside.Value.Table.From} AS source POSITIONAL JOIN ";
                command.CommandText = $"COPY (SELECT {cells} FROM {from}rows() AS written) TO {Sql.Text(path)} ({format})";
                command.ExecuteNonQuery();
            }
            catch (Exception) when (stopped is not null)
            {
                ExceptionDispatchInfo.Throw(stopped);
            }
            catch (DuckDBException error)
            {
                throw new IOException(Shell.OneLine(error.Message), error);
            }
        });
        return rows;

        // A table that grew while it was read has rows beyond those of the cursor.
        string Cell(int i) => beside is null || i < columns.Count - 1
            ? $"written.c{i}"
            : $"CASE WHEN written.c{i} IS NULL THEN error({Sql.Text($"{beside.Value.Table.Name} grew while it was read.")}) "
                + $"ELSE written.c{i} END";

        IEnumerable<object?> Rows()
        {
            while (Next())
                yield return null;
        }

        bool Next()
        {
            try
            {
                if (!cursor.MoveNext())
                    return false;
                rows++;
                if (rows % RowsBetweenReports == 0)
                    report(rows);
                return true;
            }
            catch (Exception error)
            {
                stopped = error;
                throw;
            }
        }
    }

    private static string Format(string path)
    {
        string name = path.ToLowerInvariant();
        string compression = name.EndsWith(".gz", StringComparison.Ordinal) ? ", COMPRESSION gzip" : "";
        return Path.GetExtension(compression.Length > 0 ? name[..^3] : name) switch
        {
            ".parquet" when compression.Length == 0 => "FORMAT parquet, COMPRESSION zstd",
            ".csv" or ".txt" => $"FORMAT csv, HEADER{compression}",
            ".tsv" or ".tab" => $"FORMAT csv, HEADER, DELIMITER '\t'{compression}",
            _ when name.StartsWith("/dev/", StringComparison.Ordinal) => "FORMAT csv, HEADER",
            _ => throw new InputException(
                $"The ending of '{path}' says no format. Give a name that ends in .csv, .tsv or .parquet (or .csv.gz)."),
        };
    }
}
