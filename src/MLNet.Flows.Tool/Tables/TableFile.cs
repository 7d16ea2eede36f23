using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace MLNet.Flows.Tool.Tables;

/// <summary>What one file is: Parquet, or text with a delimiter and a line of names.</summary>
/// <param name="Path">The file.</param>
/// <param name="IsParquet">By its first four bytes.</param>
/// <param name="Delimiter">Of text.</param>
/// <param name="Header">The columns' names, of text.</param>
internal sealed record TableFile(string Path, bool IsParquet, char Delimiter, IReadOnlyList<string> Header)
{
    private const int MaximumHeader = 1 << 20;
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    /// <exception cref="InputException">It is missing, unreadable, empty, binary, not UTF-8, or has no line of names.</exception>
    public static TableFile Open(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new InputException(
                    $"'{path}' is a folder. Give its files, as '{System.IO.Path.Combine(path, "*.csv")}'.");
            }

            return Read(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"There is no file '{path}'. Check the name and the folder.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    private static TableFile Read(string path)
    {
        byte[] start = Start(path, MaximumHeader);
        if (start.AsSpan().StartsWith("PAR1"u8))
            return new TableFile(path, IsParquet: true, '\0', []);
        if (start.Length == 0)
            throw new InputException($"'{path}' is empty. Give a file with a line of column names and rows below it.");
        if (Extension(path) == ".parquet")
            throw new InputException($"'{path}' is named .parquet but does not begin as a Parquet file does. Write it again.");
        if (start.AsSpan().StartsWith((byte[])[0xff, 0xfe]) || start.AsSpan().StartsWith((byte[])[0xfe, 0xff]))
            throw new InputException($"'{path}' is UTF-16, but text files are read as UTF-8. Save it as UTF-8.");
        if (start.Contains((byte)0))
            throw new InputException($"'{path}' is binary, neither text nor Parquet. Give a CSV, TSV or Parquet file.");

        string line = FirstLine(path, start);
        if (line.Trim(' ') is "" or "\"\"")
            throw new InputException($"The first line of '{path}' is empty. Put the columns' names there.");
        char delimiter = Extension(path) is ".tsv" or ".tab"
            ? '\t'
            : Delimiters.MaxBy(each => Fields(path, line, each).Count);
        return new TableFile(path, IsParquet: false, delimiter, Names(path, Fields(path, line, delimiter)));
    }

    private static byte[] Start(string path, int count)
    {
        using FileStream file = File.OpenRead(path);
        if (!file.CanSeek)
        {
            throw new InputException(
                $"'{path}' is a pipe, which can be read once, but a table is read several times. Write it to a file and give "
                + "that.");
        }

        using Stream text = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
        var start = new byte[count];
        try
        {
            return start[..text.ReadAtLeast(start, count, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException error)
        {
            throw new InputException($"'{path}' is named .gz but is no whole gzip file. Write it again.", error);
        }
    }

    private static string FirstLine(string path, byte[] start)
    {
        string text;
        int end = start.AsSpan().IndexOfAny((byte)'\n', (byte)'\r');
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(end < 0 ? start : start[..end]);
        }
        catch (DecoderFallbackException error)
        {
            throw new InputException(
                $"The first line of '{path}' is not UTF-8 text. Save the file as UTF-8, or give a Parquet file.", error);
        }

        return text.TrimStart('\uFEFF');
    }

    // Quotes may stand around a field, and are doubled within one.
    private static List<string> Fields(string path, string line, char delimiter)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            bool isQuote = line[i] == '"';
            if (isQuote && quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append(line[i++]);
            }
            else if (isQuote && (quoted || string.IsNullOrWhiteSpace(field.ToString())))
            {
                quoted = !quoted;
            }
            else if (line[i] == delimiter && !quoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
            {
                field.Append(line[i]);
            }
        }

        if (quoted)
            throw new InputException($"A quote in the first line of '{path}' does not end. Put the columns' names on one line.");
        fields.Add(field.ToString().Trim());
        return fields;
    }

    private static string[] Names(string path, List<string> fields)
    {
        if (fields.TrueForAll(field => double.TryParse(field, CultureInfo.InvariantCulture, out _)))
        {
            throw new InputException(
                $"The first line of '{path}' holds numbers ('{fields[0]}'), not names. Add a first line with the columns' "
                + "names.");
        }

        // As data frames are written whose row numbers have no name.
        string[] names = [.. fields.Select((field, i) => field.Length > 0 ? field : $"column{i + 1}")];
        return names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } same
            ? throw new InputException($"'{path}' has {same.Count()} columns named '{same.Key}'. Give each its own name.")
            : names;
    }

    private static string Extension(string path)
    {
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return System.IO.Path.GetExtension(name).ToLowerInvariant();
    }
}
