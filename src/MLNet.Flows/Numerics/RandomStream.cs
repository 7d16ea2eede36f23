using System.Runtime.CompilerServices;

namespace MLNet.Flows.Numerics;

/// <summary>A seeded stream of random numbers: the same seed and stream number give the same sequence on every machine.</summary>
/// <remarks>SplitMix64 (Steele, Lea and Flood 2014): a counter through a 64-bit mixer, so that streams for different purposes are
/// opened by number from one seed and stay independent of thread count and call order.</remarks>
internal sealed class RandomStream
{
    private ulong _state;
    private double _spare;
    private bool _hasSpare;

    public RandomStream(int seed, ulong stream = 0)
    {
        _state = Mix((ulong)(uint)seed + 0x632be59bd9b4e019ul) ^ Mix(stream * 0x9e3779b97f4a7c15ul + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextUInt64() => Mix(_state += 0x9e3779b97f4a7c15ul);

    /// <summary>Uniform on [0, 1), 53 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1ul << 53));

    /// <summary>Uniform on 0 .. bound - 1 (multiply-shift; the bias is below bound / 2^64).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int NextInt32(int bound) => (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);

    /// <summary>A standard normal variate (Marsaglia's polar method).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double NextGaussian()
    {
        if (_hasSpare)
        {
            _hasSpare = false;
            return _spare;
        }

        double u, v, s;
        do
        {
            u = 2 * NextDouble() - 1;
            v = 2 * NextDouble() - 1;
            s = u * u + v * v;
        }
        while (s >= 1 || s == 0);
        double scale = Math.Sqrt(-2 * Math.Log(s) / s);
        _spare = v * scale;
        _hasSpare = true;
        return u * scale;
    }

    /// <summary>A gamma variate with the given shape and scale 1 (Marsaglia and Tsang 2000).</summary>
    public double NextGamma(double shape)
    {
        if (shape < 1)
            return NextGamma(shape + 1) * Math.Pow(1 - NextDouble(), 1 / shape);
        double d = shape - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = NextGaussian(), v = 1 + c * x;
            if (v <= 0)
                continue;
            v = v * v * v;
            if (Math.Log(1 - NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v))
                return d * v;
        }
    }

    /// <summary>The logarithm of a gamma variate with the given shape and scale 1: finite also where the variate itself would be
    /// below the smallest double.</summary>
    public double NextLogGamma(double shape) =>
        shape < 1 ? Math.Log(NextGamma(shape + 1)) + Math.Log(1 - NextDouble()) / shape : Math.Log(NextGamma(shape));

    /// <summary>Puts the items in a uniformly random order (Fisher-Yates).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>A number that looks random for each number: SplitMix64's mixer, one to one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ul;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebul;
        return z ^ (z >> 31);
    }
}
