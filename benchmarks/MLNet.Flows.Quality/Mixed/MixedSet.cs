using System.Globalization;

namespace MLNet.Flows.Quality.Mixed;

/// <summary>A file of rows of numbers, in columns f0, f1, ..., and texts, in c0, c1, ..., with labels last, 1 =
/// anomaly.</summary>
internal sealed record MixedSet(string Name, MixedRow[] Rows)
{
    public static MixedSet Load(string path)
    {
        string[] lines = File.ReadAllLines(path), header = lines[0].Split(',');
        int[] numbers = Columns('f'), texts = Columns('c');
        return header[^1] == "Label" && numbers.Length + texts.Length + 1 == header.Length && texts.Length > 0
            ? new MixedSet(Path.GetFileNameWithoutExtension(path), [.. lines.Skip(1).Select(Row)])
            : throw new FormatException(
                $"'{path}' has the columns {lines[0]}, but a mixed set has numbers f0, f1, ..., texts c0, c1, ..., and Label "
                + "last. MixedSets.R writes such files.");

        int[] Columns(char kind) => [.. Enumerable.Range(0, header.Length).Where(i => header[i][0] == kind)];

        MixedRow Row(string line)
        {
            string[] cells = line.Split(',');
            return new MixedRow(
                Array.ConvertAll(numbers, i => float.Parse(cells[i], CultureInfo.InvariantCulture)),
                Array.ConvertAll(texts, i => cells[i]),
                cells[^1] == "1");
        }
    }
}

/// <summary>A row of numbers and texts.</summary>
internal sealed record MixedRow(float[] Numbers, string[] Texts, bool Label);
