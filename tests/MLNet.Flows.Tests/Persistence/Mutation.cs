using System.Buffers.Binary;
using System.Security.Cryptography;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Persistence;

/// <summary>Damaged copies of a model: cut off, lengthened, a bit flipped, an extreme number, or eight bytes at random.</summary>
internal static class Mutation
{
    /// <summary>Bytes before the payload: magic, version, length and checksum.</summary>
    public const int HeaderLength = 48;

    public static byte[] Of(byte[] original, RandomStream random)
    {
        byte[] content = (byte[])original.Clone();
        switch (random.NextInt32(5))
        {
            case 0:
                return content[..random.NextInt32(content.Length)];
            case 1:
                return [.. content, .. new byte[1 + random.NextInt32(100)]];
            case 2:
                content[random.NextInt32(content.Length)] ^= (byte)(1 << random.NextInt32(8));
                return content;
            case 3:
                BinaryPrimitives.WriteInt32LittleEndian(
                    content.AsSpan(random.NextInt32(content.Length - 4)), random.NextInt32(2) == 0 ? int.MaxValue : -1);
                return content;
            default:
                for (int i = 0; i < 8; i++)
                    content[random.NextInt32(content.Length)] = (byte)random.NextInt32(256);
                return content;
        }
    }

    /// <summary>Gives a damaged copy the right magic, version, length and checksum, as whoever means harm would.</summary>
    /// <param name="original">The model.</param>
    /// <param name="content">The copy, longer than <see cref="HeaderLength"/>; overwritten.</param>
    public static void MendChecksum(byte[] original, byte[] content)
    {
        original.AsSpan(0, 12).CopyTo(content);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(12), content.Length - HeaderLength);
        SHA256.HashData(content.AsSpan(HeaderLength), content.AsSpan(16, 32));
    }
}
