using System.Globalization;

namespace MLNet.Flows.Figures;

/// <summary>Names a figure among the results and says how it is written.</summary>
/// <remarks>
/// <code>
/// Detection#clean/mean/knn            a cell of a table: section, row, column
/// Detection#clean/mean/knn|1          the first part of a cell such as 96.8 / 81.7 or 0.5, 0.4, 0.3
/// Roofline#ROOFLINE W1 score/rows_per_s|M     the value of a key on a line: words, key; here in millions, two digits
/// TorchSharp#* train_b256/times_eager|min     the least of several
/// Detection#date                      of the header: date, processor, versions, command
/// </code>
/// Formats: k, M, G, T (thousands and so on, two digits), 0 (whole), 0.0 (and any other of .NET's), min, max, 1 and up (a part),
/// *36 (times); several apply from left to right.
/// </remarks>
internal static class FigureKey
{
    public static string Resolve(string key, Func<string, ResultFile> results)
    {
        string[] formats = key.Split('|'), parts = formats[0].Split('#', 2);
        if (parts.Length != 2)
            throw new FormatException($"'{key}' is no name of a figure: expected File#section/row/column or File#words/key.");
        ResultFile file = results(parts[0]);
        string[] path = parts[1].Split('/').Select(part => part.Trim()).ToArray();
        string[] values = path.Length switch
        {
            1 => [file.Property(path[0])],
            2 => file.Values(path[0], path[1]),
            3 => [file.Cell(path[0], path[1], path[2])],
            _ => throw new FormatException($"'{key}' has {path.Length} parts, but a figure has one to three."),
        };
        foreach (string format in formats[1..])
            values = Format(values, format, key);
        return values is [string only]
            ? only
            : throw new FormatException($"'{key}' names {values.Length} values. Choose one, or add |min or |max.");
    }

    private static string[] Format(string[] values, string format, string key)
    {
        if (format is "min" or "max")
            return [format == "min" ? values.MinBy(Number)! : values.MaxBy(Number)!];
        if (int.TryParse(format, NumberStyles.None, CultureInfo.InvariantCulture, out int part) && part > 0)
            return Array.ConvertAll(values, value => Part(value, part, key));
        return Array.ConvertAll(values, value => format switch
        {
            "k" => TwoDigits(Number(value) / 1e3),
            "M" => TwoDigits(Number(value) / 1e6),
            "G" => TwoDigits(Number(value) / 1e9),
            "T" => TwoDigits(Number(value) / 1e12),
            ['*', .. string factor] => (Number(value) * Number(factor)).ToString("R", CultureInfo.InvariantCulture),
            _ => Number(value).ToString(format, CultureInfo.InvariantCulture),
        });

        double Number(string value) =>
            double.TryParse(
                value, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out double number)
                ? number
                : throw new FormatException($"'{value}' at '{key}' is no number.");
    }

    private static string Part(string cell, int part, string key)
    {
        string[] parts = cell.Split([" / ", ", "], StringSplitOptions.TrimEntries);
        return part <= parts.Length
            ? parts[part - 1]
            : throw new FormatException($"'{cell}' at '{key}' has {parts.Length} parts.");
    }

    // 12, 4.2, 0.42, 120: as many digits as a shared machine lets stand.
    private static string TwoDigits(double value)
    {
        double unit = Math.Pow(10, Math.Floor(Math.Log10(value)) - 1), rounded = Math.Round(value / unit) * unit;
        return rounded.ToString(unit >= 1 ? "#,0" : "0." + new string('0', (int)-Math.Log10(unit)), CultureInfo.InvariantCulture);
    }
}
