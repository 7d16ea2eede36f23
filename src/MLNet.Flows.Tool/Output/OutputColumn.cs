using DuckDB.NET.Data.DataChunk.Writer;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tool.Output;

/// <summary>A column to write, which knows how to read its value of the row that a cursor is on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How DuckDB is given it.</param>
/// <param name="Write">Writes the current value to a row of a chunk.</param>
internal sealed record OutputColumn(string Name, Type Type, Action<IDuckDBDataWriter, ulong> Write)
{
    /// <summary>A number; NaN is written as missing.</summary>
    public static OutputColumn Number(DataViewRow row, DataViewSchema.Column column, string? name = null)
    {
        ValueGetter<float> read = row.GetGetter<float>(column);
        float value = 0;
        return new OutputColumn(name ?? column.Name, typeof(float), (writer, i) =>
        {
            read(ref value);
            WriteOrMissing(writer, i, value);
        });
    }

    /// <summary>Yes or no.</summary>
    public static OutputColumn Flag(DataViewRow row, DataViewSchema.Column column, string? name = null)
    {
        ValueGetter<bool> read = row.GetGetter<bool>(column);
        bool value = false;
        return new OutputColumn(name ?? column.Name, typeof(bool), (writer, i) =>
        {
            read(ref value);
            writer.WriteValue(value, i);
        });
    }

    /// <summary>Text; empty text is missing.</summary>
    public static OutputColumn Text(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<ReadOnlyMemory<char>> read = row.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> value = default;
        return new OutputColumn(column.Name, typeof(string), (writer, i) =>
        {
            read(ref value);
            if (value.IsEmpty)
                writer.WriteNull(i);
            else
                writer.WriteValue(value.ToString(), i);
        });
    }

    /// <summary>The slots of a vector of numbers, each a column.</summary>
    public static IEnumerable<OutputColumn> Slots(DataViewRow row, DataViewSchema.Column column, IReadOnlyList<string> names)
    {
        ValueGetter<VBuffer<float>> read = row.GetGetter<VBuffer<float>>(column);
        VBuffer<float> values = default;
        for (int slot = 0; slot < names.Count; slot++)
        {
            int each = slot;
            yield return new OutputColumn(names[each], typeof(float), (writer, i) =>
            {
                // Columns are written from the first to the last.
                if (each == 0)
                    read(ref values);
                WriteOrMissing(writer, i, values.GetItemOrDefault(each));
            });
        }
    }

    private static void WriteOrMissing(IDuckDBDataWriter writer, ulong row, float value)
    {
        if (float.IsNaN(value))
            writer.WriteNull(row);
        else
            writer.WriteValue(value, row);
    }
}
