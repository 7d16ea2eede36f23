using System.Globalization;

namespace MLNet.Flows.Quality;

/// <summary>A file of rows with labels, 1 = anomaly.</summary>
internal sealed record LabeledSet(string Name, float[][] Rows, bool[] Labels)
{
    public int Dimension => Rows[0].Length;

    public static LabeledSet Load(string path)
    {
        var rows = new List<float[]>();
        var labels = new List<bool>();
        int line = 1;
        foreach (string text in File.ReadLines(path).Skip(1).Where(text => text.Length > 0))
        {
            line++;
            string[] cells = text.Split(',');
            var row = new float[cells.Length - 1];
            bool good = rows.Count == 0 || rows[0].Length == row.Length;
            for (int d = 0; d < row.Length && good; d++)
                good = float.TryParse(cells[d], CultureInfo.InvariantCulture, out row[d]);
            if (!good || !float.TryParse(cells[^1], CultureInfo.InvariantCulture, out float label))
                throw new FormatException(
                    $"Line {line} of '{path}' is not {(rows.Count == 0 ? "a list of" : $"{rows[0].Length}")} numbers and a "
                    + "label. Save the file as a CSV with a header and Label last.");
            rows.Add(row);
            labels.Add(label > 0);
        }

        return rows.Count > 0 && labels.Contains(true) && labels.Contains(false)
            ? new LabeledSet(Path.GetFileNameWithoutExtension(path), [.. rows], [.. labels])
            : throw new FormatException(
                $"'{path}' has {rows.Count} rows, {labels.Count(l => l)} of them anomalies, but it takes both kinds. Label 1 "
                + "is an anomaly.");
    }
}
