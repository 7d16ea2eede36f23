using System.Diagnostics;
using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Benchmarks.Roofline;

/// <summary>What one core of this machine can do at best at a vector width: measured, not looked up.</summary>
/// <param name="FmaPerSecond">Fused multiply-adds of single floats (two operations each).</param>
/// <param name="TanhPerSecond">tanh of single floats, by the kernels' own function on independent vectors.</param>
/// <param name="LogPerSecond">log, likewise.</param>
internal sealed record MachineLimits(double FmaPerSecond, double TanhPerSecond, double LogPerSecond)
{
    public static MachineLimits Measure(SimdWidth width)
    {
        var fma = new Fma();
        var tanh = new Tanh();
        var log = new Log();
        return new MachineLimits(Best(ref fma, width), Best(ref tanh, width), Best(ref log, width));
    }

    // The best of many short runs: a limit is what the machine does when nothing disturbs it.
    private static double Best<TLoop>(ref TLoop loop, SimdWidth width)
        where TLoop : struct, ISimdOperation, ICounted
    {
        double best = 0;
        for (int i = 0; i < 60; i++)
        {
            long start = Stopwatch.GetTimestamp();
            SimdDispatch.Run(width, ref loop);
            best = Math.Max(best, loop.Count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private interface ICounted
    {
        double Count { get; }
    }

    // Twelve independent chains: more than latency times throughput of any current core.
    private struct Fma : ISimdOperation, ICounted
    {
        private const int Iterations = 1 << 18;
        private double _sink;

        public double Count { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public unsafe void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            V m = S.Create(0.999f), b = S.Create(1e-3f);
            V a0 = S.Create(1), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0;
            V a11 = a0;
            for (int i = 0; i < Iterations; i++)
            {
                a0 = S.MultiplyAdd(a0, m, b);
                a1 = S.MultiplyAdd(a1, m, b);
                a2 = S.MultiplyAdd(a2, m, b);
                a3 = S.MultiplyAdd(a3, m, b);
                a4 = S.MultiplyAdd(a4, m, b);
                a5 = S.MultiplyAdd(a5, m, b);
                a6 = S.MultiplyAdd(a6, m, b);
                a7 = S.MultiplyAdd(a7, m, b);
                a8 = S.MultiplyAdd(a8, m, b);
                a9 = S.MultiplyAdd(a9, m, b);
                a10 = S.MultiplyAdd(a10, m, b);
                a11 = S.MultiplyAdd(a11, m, b);
            }

            V sum = S.Add(
                S.Add(S.Add(a0, a1), S.Add(a2, a3)),
                S.Add(S.Add(S.Add(a4, a5), S.Add(a6, a7)), S.Add(S.Add(a8, a9), S.Add(a10, a11))));
            float* lanes = stackalloc float[16];
            S.Store(sum, lanes);
            _sink += lanes[0];
            Count = 12.0 * Iterations * S.Count;
        }
    }

    private struct Tanh : ISimdOperation, ICounted
    {
        private const int Iterations = 1 << 14;
        private double _sink;

        public double Count { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public unsafe void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            float* lanes = stackalloc float[16];
            V step = S.Create(1e-4f), x = S.Create(-1), sum = S.Create(0);
            for (int i = 0; i < Iterations; i++)
            {
                x = S.Add(x, step);
                V y = S.Add(x, x), z = S.Add(y, x), w = S.Add(z, x);
                sum = S.Add(
                    sum,
                    S.Add(
                        S.Add(VectorMath<V, S>.Tanh(x), VectorMath<V, S>.Tanh(y)),
                        S.Add(VectorMath<V, S>.Tanh(z), VectorMath<V, S>.Tanh(w))));
            }

            S.Store(sum, lanes);
            _sink += lanes[0];
            Count = 4.0 * Iterations * S.Count;
        }
    }

    private struct Log : ISimdOperation, ICounted
    {
        private const int Iterations = 1 << 14;
        private double _sink;

        public double Count { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public unsafe void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            float* lanes = stackalloc float[16];
            V step = S.Create(1e-4f), x = S.Create(0.5f), sum = S.Create(0);
            for (int i = 0; i < Iterations; i++)
            {
                x = S.Add(x, step);
                V y = S.Add(x, x), z = S.Add(y, x), w = S.Add(z, x);
                sum = S.Add(
                    sum,
                    S.Add(
                        S.Add(VectorMath<V, S>.Log(x), VectorMath<V, S>.Log(y)),
                        S.Add(VectorMath<V, S>.Log(z), VectorMath<V, S>.Log(w))));
            }

            S.Store(sum, lanes);
            _sink += lanes[0];
            Count = 4.0 * Iterations * S.Count;
        }
    }
}
