using System.Buffers.Binary;
using System.Text;

namespace MLNet.Flows.Persistence;

/// <summary>Reads a model's payload, little-endian; every fault in it is a <see cref="FormatException"/>, found before memory is taken.</summary>
internal sealed class ModelReader(byte[] payload)
{
    private int _position;

    public int Remaining => payload.Length - _position;

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public float ReadSingle() => BitConverter.Int32BitsToSingle(ReadInt32());

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    public bool ReadBoolean()
    {
        byte value = Take(1)[0];
        Check(value <= 1, $"the byte {value} for a Boolean");
        return value == 1;
    }

    /// <summary>Reads that many floats, all of which must be finite.</summary>
    public float[] ReadFiniteSingles(int count)
    {
        Check(count >= 0, $"a count of {count}");
        CheckRemaining((long)count * sizeof(float));
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = ReadSingle();
            Check(float.IsFinite(values[i]), $"the number {values[i]} where a finite one belongs");
        }

        return values;
    }

    public string ReadString()
    {
        int length = ReadInt32();
        Check(length >= 0, $"a text of {length} bytes");
        return Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>Throws when fewer bytes are left than the next part needs.</summary>
    public void CheckRemaining(long bytes)
    {
        if (bytes < 0 || bytes > Remaining)
            throw new FormatException($"The model is truncated: {bytes} more bytes are needed and {Remaining} are left. Save it again or restore the file.");
    }

    /// <summary>Throws when a value just read cannot be part of a model.</summary>
    public void Check(bool condition, string found)
    {
        if (!condition)
            throw new FormatException($"The model is damaged: it holds {found}. Save it again or restore the file.");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        CheckRemaining(count);
        _position += count;
        return payload.AsSpan(_position - count, count);
    }
}
