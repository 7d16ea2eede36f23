using System.Buffers.Binary;
using System.Text;

namespace MLNet.Flows.Serialization;

/// <summary>Reads a model's payload, little-endian; every fault in it is a <see cref="FormatException"/>, found before memory is
/// taken.</summary>
internal sealed class ModelReader(byte[] payload)
{
    // What reading may allocate, with the copies of the file that are made on the way: 64 bytes for each of its own, and 128 MB
    // for tables that grow faster.
    private const long BytesPerByte = 56;
    private const long FreeBytes = 128L << 20;
    private int _position;
    private long _reserved;

    public int Remaining => payload.Length - _position;

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    /// <summary>The next number, which stays the next one.</summary>
    public int PeekInt32()
    {
        int value = ReadInt32();
        _position -= sizeof(int);
        return value;
    }

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
        Reserve((long)count * sizeof(float));
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
            throw new FormatException(
                $"The model is truncated: {bytes} more bytes are needed and {Remaining} are left. Save it again or restore "
                + "the file.");
    }

    /// <summary>Counts memory that is about to be taken, tables derived from what the file holds included; throws before a small
    /// file takes much.</summary>
    /// <param name="bytes">At least 0.</param>
    public void Reserve(long bytes)
    {
        long limit = BytesPerByte * payload.Length + FreeBytes;
        if (bytes < 0 || bytes > limit - _reserved)
        {
            throw new FormatException(
                $"The model would take more than {limit >> 20} MB of memory, which no flow saved in {payload.Length} bytes "
                + "does. Save it again or restore the file.");
        }

        _reserved += bytes;
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
