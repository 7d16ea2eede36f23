using Microsoft.ML.Data;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Model;

/// <summary>The key type of a categorical column.</summary>
/// <param name="Type">What holds its keys: Byte, UInt16, UInt32 or UInt64.</param>
/// <param name="Count">Its values.</param>
/// <param name="Values">What its keys stand for: a type of numbers, or String for all else; null where that is not known.</param>
internal sealed record CategoryKeys(DataKind Type, ulong Count, DataKind? Values)
{
    /// <param name="keys">Null for text.</param>
    /// <param name="writer">The file.</param>
    public static void Write(CategoryKeys? keys, ModelWriter writer)
    {
        ulong count = keys?.Count ?? 0;
        writer.Write((int)(count >> 32));
        writer.Write((int)count);
        if (keys is null)
            return;
        writer.Write((int)keys.Type);
        writer.Write((int)(keys.Values ?? 0));
    }

    /// <returns>Null for text.</returns>
    public static CategoryKeys? Read(ModelReader reader)
    {
        ulong count = ((ulong)(uint)reader.ReadInt32() << 32) | (uint)reader.ReadInt32();
        if (count == 0)
            return null;
        DataKind type = (DataKind)reader.ReadInt32(), values = (DataKind)reader.ReadInt32();
        ulong most = type switch
        {
            DataKind.Byte => byte.MaxValue,
            DataKind.UInt16 => ushort.MaxValue,
            DataKind.UInt32 => uint.MaxValue,
            DataKind.UInt64 => ulong.MaxValue,
            _ => 0,
        };
        reader.Check(count <= most, $"a key of {count} values held by the type {type}");
        reader.Check(values is >= 0 and <= DataKind.String, $"keys that stand for the type {values}");
        return new CategoryKeys(type, count, values == 0 ? null : values);
    }
}
