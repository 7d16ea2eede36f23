using System.Globalization;

namespace MLNet.Flows.Benchmarks;

/// <summary>A CSV of numbers with a header line.</summary>
internal static class CsvFile
{
    /// <param name="file">Its path.</param>
    /// <param name="without">The name of a column that is left out; null for none.</param>
    /// <returns>[n, d].</returns>
    public static (float[] Rows, int Dimension) Read(string file, string? without = null)
    {
        string[] header = (File.ReadLines(file).FirstOrDefault() ?? "").Split(',');
        int left = Array.IndexOf(header, without);
        var values = new List<float>();
        int line = 1;
        foreach (string text in File.ReadLines(file).Skip(1).Where(text => text.Length > 0))
        {
            line++;
            string[] cells = text.Split(',');
            for (int i = 0; i < cells.Length; i++)
            {
                if (cells.Length != header.Length || !float.TryParse(cells[i], CultureInfo.InvariantCulture, out float value))
                    throw new FormatException(
                        $"Line {line} of '{file}' is '{text}', but it takes {header.Length} numbers. Save the file as a CSV of "
                        + "numbers with a header.");
                if (i != left)
                    values.Add(value);
            }
        }

        return ([.. values], header.Length - (left >= 0 ? 1 : 0));
    }
}
