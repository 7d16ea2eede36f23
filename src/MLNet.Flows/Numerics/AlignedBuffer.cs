using System.Runtime.InteropServices;

namespace MLNet.Flows.Numerics;

/// <summary>A zeroed array of floats that starts on a 64-byte boundary and never moves, owned by the garbage collector.</summary>
/// <remarks>Kernels take its address with <c>fixed (float* p = buffer)</c>, which also keeps it alive; there is nothing to
/// free.</remarks>
internal sealed class AlignedBuffer
{
    private const int AlignmentFloats = 16;
    private readonly float[] _array;
    private readonly int _start;

    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _array = GC.AllocateArray<float>(checked(Math.Max(length, 1) + AlignmentFloats), pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
        _start = (int)(-address & 63) / sizeof(float);
    }

    public int Length { get; }

    public Span<float> Span => _array.AsSpan(_start, Length);

    public ref float this[int index] => ref Span[index];

    /// <summary>The first element, for <c>fixed</c>; valid for an empty buffer too.</summary>
    public ref float GetPinnableReference() => ref _array[_start];

    public void Clear() => Span.Clear();
}
