using System.Text.RegularExpressions;

namespace MLNet.Flows.Figures;

/// <summary>What a benchmark printed: Markdown tables, named by their first cell up to a comma, the heading above them, or
/// both, and lines of key=value, named by the words before the first key.</summary>
internal sealed partial class ResultFile
{
    private readonly string[] _lines;
    private readonly List<Table> _tables = [];

    public ResultFile(string name, string[] lines)
    {
        (Name, _lines) = (name, lines);
        string heading = "";
        for (int i = 0; i < lines.Length; i++)
        {
            if (Heading().Match(lines[i]) is { Success: true } match)
                heading = match.Groups[1].Value.Trim();
            if (!IsRow(lines[i]))
                continue;
            int end = i;
            while (end < lines.Length && IsRow(lines[end]))
                end++;
            _tables.Add(new Table(heading, lines[i..end]));
            i = end;
        }
    }

    public string Name { get; }

    public static ResultFile Read(string path) => new(Path.GetFileNameWithoutExtension(path), File.ReadAllLines(path));

    /// <summary>A table as it was printed.</summary>
    /// <param name="section">Its name.</param>
    public string[] TableLines(string section) => Find(section).Lines;

    /// <summary>What a table holds at a row and a column, named by their labels without emphasis or backticks; a row by its first
    /// cell, or by as many as tell it apart.</summary>
    public string Cell(string section, string row, string column)
    {
        Table table = Find(section);
        int at = Array.IndexOf(table.Header, column);
        string[]? cells = table.Rows.FirstOrDefault(cells => cells[0] == row)
            ?? table.Rows.FirstOrDefault(cells => string.Join(' ', cells).StartsWith(row + " ", StringComparison.Ordinal));
        return at < 0 || cells is null || at >= cells.Length
            ? throw new FormatException(
                $"'{Name}' has no row '{row}' with a column '{column}' in '{section}'. Its columns are "
                + $"{string.Join(", ", table.Header.Skip(1))}; its rows "
                + $"{string.Join(", ", table.Rows.Select(each => each[0]).Distinct())}.")
            : cells[at];
    }

    /// <summary>The values of a key on the lines that begin with these words; * stands for any.</summary>
    public string[] Values(string words, string key)
    {
        var pattern = new Regex("^" + Regex.Escape(words).Replace("\\*", ".*", StringComparison.Ordinal) + @"(?= \S+=| *: )");
        string[] values = [.. _lines.Where(line => pattern.IsMatch(line))
            .Select(line => Regex.Match(line, $@"(?<=\s){Regex.Escape(key)}=(\S+)"))
            .Where(match => match.Success).Select(match => match.Groups[1].Value)];
        return values.Length > 0
            ? values
            : throw new FormatException($"'{Name}' has no line '{words} ... {key}=...'.");
    }

    /// <summary>A line of the header: date, processor, versions or command.</summary>
    public string Property(string name) =>
        _lines.FirstOrDefault(line => line.StartsWith($"- {name}: ", StringComparison.Ordinal))?[(name.Length + 4)..]
        ?? throw new FormatException($"'{Name}' has no line '- {name}: ...'.");

    private static bool IsRow(string line) => line.StartsWith('|');

    private Table Find(string section) =>
        _tables.FirstOrDefault(table => table.Answers(section))
        ?? throw new FormatException($"'{Name}' has no table '{section}', but {string.Join(", ", _tables.Select(t => t.Name))}.");

    [GeneratedRegex("^#+ (.*)$")]
    private static partial Regex Heading();

    private sealed class Table(string heading, string[] lines)
    {
        public string[] Lines { get; } = lines;

        public string[] Header { get; } = Cells(lines[0]);

        public string[][] Rows { get; } = [.. lines.Skip(2).Select(Cells)];

        /// <summary>What the first cell says before a comma, and the heading.</summary>
        public string Name => $"{First} {heading}".Trim();

        private string First => Header[0].Split(',')[0];

        public bool Answers(string section) => section == heading || section == First || section == Name;

        private static string[] Cells(string line) =>
            [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim().Replace("`", "").Replace("**", ""))];
    }
}
