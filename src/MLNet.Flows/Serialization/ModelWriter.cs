using System.Buffers.Binary;

namespace MLNet.Flows.Serialization;

/// <summary>Writes a model's payload, little-endian, into memory.</summary>
internal sealed class ModelWriter
{
    private readonly MemoryStream _stream = new();

    public ReadOnlySpan<byte> Payload => _stream.GetBuffer().AsSpan(0, (int)_stream.Length);

    public void Write(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _stream.Write(bytes);
    }

    public void Write(float value) => Write(BitConverter.SingleToInt32Bits(value));

    public void Write(double value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        _stream.Write(bytes);
    }

    public void Write(bool value) => _stream.WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>The values alone; the reader knows how many there are.</summary>
    public void Write(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
            Write(value);
    }

    /// <summary>Length in bytes, then UTF-8.</summary>
    public void Write(string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        Write(bytes.Length);
        _stream.Write(bytes);
    }
}
