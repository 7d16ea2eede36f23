using System.Text.RegularExpressions;

namespace MLNet.Flows.Figures;

/// <summary>A page of documentation whose figures are marked.</summary>
/// <remarks>
/// <code>
/// &lt;!-- results: AMD EPYC --&gt;                     once: the folder under benchmarks/results
/// &lt;!--=Detection#clean/mean/knn--&gt;96.8&lt;!--/--&gt;     a figure (<see cref="FigureKey"/>)
/// &lt;!-- table: Detection#clean --&gt;                the table below is that of the results
/// &lt;!-- cells: Detection#{column}/mean/{row} --&gt;  the cells of the table below are figures, named by its first column and its
///                                               header; cells without text stay so
/// &lt;!-- cells: [Detection#...] to [Detection#...] --&gt;  likewise, with text around figures
/// </code>
/// </remarks>
internal static partial class FiguresPage
{
    /// <summary>The page with all figures taken from the results.</summary>
    /// <param name="text">The page.</param>
    /// <param name="results">By folder and name.</param>
    /// <exception cref="FormatException">A figure is not among the results.</exception>
    public static string Render(string text, Func<string, string, ResultFile> results)
    {
        string folder = Folder().Match(text) is { Success: true } match
            ? match.Groups[1].Value.Trim()
            : throw new FormatException("The page lacks a line <!-- results: FOLDER -->.");
        ResultFile Open(string name) => results(folder, name);
        text = Inline().Replace(text, found =>
            $"<!--={found.Groups[1].Value}-->{FigureKey.Resolve(found.Groups[1].Value, Open)}<!--/-->");
        return Block().Replace(text, found =>
        {
            string key = found.Groups["key"].Value.Trim();
            string[] lines = found.Groups["kind"].Value == "table"
                ? Open(key.Split('#')[0]).TableLines(key.Split('#', 2)[1])
                : Filled(found.Groups["table"].Value.TrimEnd('\n').Split('\n'), key, Open);
            return $"{found.Groups["mark"].Value}\n\n{string.Join('\n', lines)}\n";
        });
    }

    /// <summary>Measured figures that no mark holds: decimals in running text. Numbers in code, links and marks are left
    /// out.</summary>
    public static string[] Unmarked(string text) =>
        [.. Decimals().Matches(Kept().Replace(text, match => new string('\n', match.Value.Count(c => c == '\n'))))
            .Select(match => match.Value.Trim())];

    private static string[] Filled(string[] lines, string template, Func<string, ResultFile> results)
    {
        string[] header = Cells(lines[0]);
        return [.. lines[..2], .. lines[2..].Select(line =>
        {
            string[] cells = Cells(line);
            for (int i = 1; i < cells.Length; i++)
            {
                if (cells[i].Length > 0)
                    cells[i] = Figures(template, cells[0], header[i], results);
            }

            return $"| {string.Join(" | ", cells)} |";
        })];
    }

    private static string Figures(string template, string row, string column, Func<string, ResultFile> results)
    {
        template = template.Replace("{row}", Plain(row), StringComparison.Ordinal)
            .Replace("{column}", Plain(column), StringComparison.Ordinal);
        return template.Contains('[')
            ? Bracketed().Replace(template, key => FigureKey.Resolve(key.Groups[1].Value, results))
            : FigureKey.Resolve(template, results);
    }

    private static string[] Cells(string line) => [.. line.Trim()[1..^1].Split('|').Select(cell => cell.Trim())];

    private static string Plain(string cell) => cell.Replace("`", "").Replace("**", "");

    [GeneratedRegex("<!-- results: (.*?) -->")]
    private static partial Regex Folder();

    [GeneratedRegex("<!--=(.+?)-->[^<]*<!--/-->")]
    private static partial Regex Inline();

    [GeneratedRegex(@"(?<mark><!-- (?<kind>table|cells): (?<key>.+?) -->)\n\n(?<table>(\|[^\n]*\n)*)")]
    private static partial Regex Block();

    [GeneratedRegex(@"\[(.+?)\]")]
    private static partial Regex Bracketed();

    // Code, marks, tables below their mark, targets of links.
    [GeneratedRegex(
        @"```.*?\n```|`[^`\n]*`|<!--=.+?-->[^<]*<!--/-->|<!-- (table|cells): .+? -->\n\n(\|[^\n]*\n)*|\]\([^)]*\)",
        RegexOptions.Singleline)]
    private static partial Regex Kept();

    [GeneratedRegex(@"[^\n]{0,30}(?<![\w.])[-+]?\d+\.\d+(?![\w.]*\d)[^\n]{0,20}")]
    private static partial Regex Decimals();
}
