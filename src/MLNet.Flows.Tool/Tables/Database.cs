using System.Globalization;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace MLNet.Flows.Tool.Tables;

/// <summary>DuckDB, in memory and in this process: it reads and writes files.</summary>
internal static partial class Database
{
    /// <param name="inOrder">Whether rows are to come in the order of the files, which takes one thread.</param>
    public static DuckDBConnection Open(bool inOrder)
    {
        var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        using DuckDBCommand command = connection.CreateCommand();
        // Nothing is fetched from elsewhere.
        command.CommandText = "SET autoinstall_known_extensions = false; SET autoload_known_extensions = false;"
            + $" SET temp_directory = {Sql.Text(Path.GetTempPath())};"
            + (inOrder ? " SET threads = 1;" : "");
        command.ExecuteNonQuery();
        return connection;
    }

    /// <summary>What an error of DuckDB's says to whoever gave the file.</summary>
    internal static string Describe(string message, string source)
    {
        Match file = FileName().Match(message);
        string where = file.Success ? $"'{file.Groups[1].Value.Trim()}'" : source;
        Match line = LineNumber().Match(message);
        if (line.Success)
            where += $", line {long.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture):N0}";
        Match count = ColumnCount().Match(message);
        if (count.Success)
        {
            return $"{where}: {count.Groups[2].Value} values where the first line has {count.Groups[1].Value} names. The file "
                + "may be cut, or a value may hold the delimiter without quotes.";
        }

        if (message.Contains("not utf-8", StringComparison.OrdinalIgnoreCase))
            return $"{where}: not UTF-8 text. Save the file as UTF-8.";
        if (message.Contains("unterminated quote", StringComparison.OrdinalIgnoreCase))
            return $"{where}: a quote does not end. The file may be cut.";
        if (message.Contains("No magic bytes", StringComparison.Ordinal))
            return $"{where}: no whole Parquet file; its end is missing. Write it again.";
        string first = message.Split('\n')[0];
        string said = ErrorKind().Replace(first, "");
        return said.StartsWith("Column '", StringComparison.Ordinal) ? $"{where}: {said}" : $"{where} cannot be read: {said}";
    }

    [GeneratedRegex(@"^\s*file = (.*)$", RegexOptions.Multiline)]
    private static partial Regex FileName();

    [GeneratedRegex(@"CSV Error on Line: (\d+)")]
    private static partial Regex LineNumber();

    [GeneratedRegex(@"Expected Number of Columns: (\d+) Found: (\d+)")]
    private static partial Regex ColumnCount();

    [GeneratedRegex(@"^(Invalid Input|IO|Conversion|Binder|Invalid) Error: ")]
    private static partial Regex ErrorKind();
}
