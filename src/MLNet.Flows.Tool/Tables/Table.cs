using System.Data.Common;

namespace MLNet.Flows.Tool.Tables;

/// <summary>The rows of one or more files, one below the other in the order given, columns by name.</summary>
internal sealed class Table
{
    // No file's column is named so.
    private static readonly string RowNumber = Sql.Name("\u0001row");

    private Table(string name, string from, IReadOnlyList<TableColumn> columns)
    {
        (Name, From, Columns) = (name, from, columns);
    }

    /// <summary>For messages: the file, or the first and how many more.</summary>
    public string Name { get; }

    /// <summary>What stands behind FROM in a query of the rows.</summary>
    public string From { get; }

    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>Whether a comma stands where others write a decimal point.</summary>
    public bool DecimalComma { get; private init; }

    /// <summary>Ends the reading of its rows.</summary>
    public CancellationToken Cancellation { get; private init; }

    /// <param name="patterns">Files, or patterns with * and ?.</param>
    /// <param name="decimalComma">Whether a comma stands where others write a decimal point.</param>
    /// <param name="cancellation">Ends the reading of its rows.</param>
    /// <exception cref="InputException">A file is missing or cannot be read, or the files do not belong together.</exception>
    public static Table Open(IReadOnlyList<string> patterns, bool decimalComma, CancellationToken cancellation)
    {
        TableFile[] files = [.. patterns.SelectMany(Files).Select(TableFile.Open)];
        TableFile first = files[0];
        string name = files.Length == 1 ? $"'{first.Path}'" : $"'{first.Path}' and {files.Length - 1} more";
        if (files.FirstOrDefault(file => file.IsParquet != first.IsParquet) is { } other)
            throw new InputException($"'{first.Path}' and '{other.Path}' are of two kinds. Give text files or Parquet files.");
        if (first.IsParquet)
            files = [.. files.Select(file => file with { Header = [.. Parquet([file]).Columns.Select(column => column.Name)] })];
        foreach (TableFile file in files)
            RequireSameColumns(files[0], file);
        if (first.IsParquet)
            return Parquet(files, name, decimalComma, cancellation);

        string names = string.Join(", ", first.Header.Select(Sql.Name));
        string text = string.Join(" UNION ALL ", Runs(files).Select(run => $"SELECT {names} FROM {ReadText(run)}"));
        return new Table(name, $"({text})", [.. first.Header.Select(column => new TableColumn(column, "VARCHAR"))])
        {
            DecimalComma = decimalComma,
            Cancellation = cancellation,
        };
    }

    /// <summary>The column of that name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public TableColumn Find(string name, string role)
    {
        if (Columns.FirstOrDefault(column => column.Name == name) is { } found)
            return found;
        string? near = Columns.FirstOrDefault(
            column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase))?.Name;
        throw new InputException(
            $"{Name} has no column '{name}' ({role}). "
            + (near is null ? $"Its columns are {NameList(Columns.Select(column => column.Name))}." : $"Did you mean '{near}'?"));
    }

    /// <summary>Reads the rows as expressions of their cells, in order and one after the other, not all at once.</summary>
    /// <param name="expressions">What is read of each row.</param>
    /// <param name="only">The numbers of the rows to read, from 0; null for all.</param>
    public Query Read(IEnumerable<string> expressions, IReadOnlyCollection<long>? only = null)
    {
        string rows = only is null
            ? From
            : $"(SELECT *, row_number() OVER () - 1 AS {RowNumber} FROM {From}) "
                + $"WHERE list_contains([{string.Join(", ", only)}], {RowNumber})";
        return new Query($"SELECT {string.Join(", ", expressions)} FROM {rows}", Name, inOrder: true, Cancellation);
    }

    /// <summary>The cells of some rows as they stand; null where there is none.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string?>> Cells(IReadOnlyCollection<long> rows)
    {
        var cells = new List<IReadOnlyDictionary<string, string?>>();
        using Query query = Read(Columns.Select(Sql.Verbatim), rows);
        DbDataReader reader = query.Reader;
        while (query.MoveNext())
        {
            cells.Add(Columns.Select((column, i) => (column.Name, Value: reader.IsDBNull(i) ? null : reader.GetString(i)))
                .ToDictionary(cell => cell.Name, cell => cell.Value));
        }

        return cells;
    }

    /// <summary>Aggregates over the first rows.</summary>
    public object?[] Aggregate(IEnumerable<string> expressions, long firstRows)
    {
        using Query query = Unordered($"SELECT {string.Join(", ", expressions)} FROM (SELECT * FROM {From} LIMIT {firstRows})");
        DbDataReader reader = query.Reader;
        query.MoveNext();
        return [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))];
    }

    /// <summary>The distinct values of an expression with their counts, the most frequent first.</summary>
    public IReadOnlyList<(string? Value, long Count)> Values(string expression, int limit)
    {
        using Query query = Unordered(
            $"SELECT {expression} AS v, count(*) AS n FROM {From} GROUP BY v ORDER BY n DESC, v LIMIT {limit}");
        DbDataReader reader = query.Reader;
        var values = new List<(string?, long)>();
        while (query.MoveNext())
            values.Add((reader.IsDBNull(0) ? null : reader.GetString(0), reader.GetInt64(1)));
        return values;
    }

    private Query Unordered(string sql) => new(sql, Name, inOrder: false, Cancellation);

    /// <summary>Names as messages give them, ten at most.</summary>
    public static string NameList(IEnumerable<string> names)
    {
        string[] all = [.. names];
        string listed = string.Join(", ", all.Take(10).Select(name => $"'{name}'"));
        return all.Length > 10 ? $"{listed} and {all.Length - 10} more" : listed;
    }

    private static string[] Files(string pattern)
    {
        if (pattern.IndexOfAny(['*', '?']) < 0 || File.Exists(pattern))
            return [pattern];
        using var query = new Query(
            $"SELECT file FROM glob({Sql.Text(pattern.Replace("[", "[[]"))}) ORDER BY file",
            $"'{pattern}'",
            inOrder: false,
            CancellationToken.None);
        var files = new List<string>();
        while (query.MoveNext())
            files.Add(query.Reader.GetString(0));
        return files.Count > 0 ? [.. files] : throw new InputException($"No file matches '{pattern}'. Check the folder's name.");
    }

    private static void RequireSameColumns(TableFile first, TableFile file)
    {
        string[] missing = [.. first.Header.Except(file.Header)];
        string[] more = [.. file.Header.Except(first.Header)];
        if (missing.Length + more.Length == 0)
            return;
        throw new InputException(
            $"'{file.Path}' has other columns than '{first.Path}': "
            + (missing.Length > 0 ? $"without {NameList(missing)}" : $"with {NameList(more)}")
            + ". Give files with the same columns.");
    }

    // Files that follow each other with the same line of names are read in one go.
    private static List<List<TableFile>> Runs(TableFile[] files)
    {
        var runs = new List<List<TableFile>>();
        foreach (TableFile file in files)
        {
            if (runs.Count > 0 && runs[^1][0] is var last && last.Delimiter == file.Delimiter
                && last.Header.SequenceEqual(file.Header))
                runs[^1].Add(file);
            else
                runs.Add([file]);
        }

        return runs;
    }

    private static string ReadText(List<TableFile> files)
    {
        string columns = string.Join(", ", files[0].Header.Select(name => $"{Sql.Text(name)}: 'VARCHAR'"));
        return $"read_csv({Sql.Files(files.Select(file => file.Path))}, auto_detect = false, hive_partitioning = false, "
            + $"header = true, delim = {Sql.Text(files[0].Delimiter.ToString())}, quote = '\"', escape = '\"', "
            + $"columns = {{{columns}}})";
    }

    // A column that is of several types in several files is of the one that holds them all.
    private static Table Parquet(
        TableFile[] files, string? name = null, bool decimalComma = false, CancellationToken cancellation = default)
    {
        name ??= $"'{files[0].Path}'";
        string from = $"read_parquet({Sql.Files(files.Select(file => file.Path))}, hive_partitioning = false, "
            + "union_by_name = true)";
        return new Table(name, from, Describe(name, from)) { DecimalComma = decimalComma, Cancellation = cancellation };
    }

    private static TableColumn[] Describe(string name, string from)
    {
        using var query = new Query($"DESCRIBE SELECT * FROM {from}", name, inOrder: false, CancellationToken.None);
        var columns = new List<TableColumn>();
        while (query.MoveNext())
            columns.Add(new TableColumn(query.Reader.GetString(0), query.Reader.GetString(1)));
        return [.. columns];
    }
}
