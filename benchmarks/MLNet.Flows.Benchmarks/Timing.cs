using System.Diagnostics;

namespace MLNet.Flows.Benchmarks;

/// <summary>Medians on a shared machine.</summary>
internal static class Timing
{
    // Compiled code is replaced by optimized code after 0.1 s without news, on a single core after 1 s.
    private static readonly double WarmUp = Environment.ProcessorCount == 1 ? 3 : 0.7;

    /// <summary>Median seconds per call of each action; the actions take turns, so that a slow spell of the machine meets all of
    /// them.</summary>
    /// <param name="budget">Seconds for all, after time (or one call) each to warm up.</param>
    /// <param name="actions">What to time.</param>
    public static double[] Interleaved(double budget, params Action[] actions)
    {
        var repeats = new int[actions.Length];
        for (int i = 0; i < actions.Length; i++)
        {
            // Warm up until tiered compilation is through, then choose repeats that last about 10 ms.
            long start = Stopwatch.GetTimestamp();
            int calls = 0;
            do
            {
                actions[i]();
                calls++;
            }
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUp);
            start = Stopwatch.GetTimestamp();
            actions[i]();
            repeats[i] = (int)Math.Clamp(0.01 / Math.Max(Stopwatch.GetElapsedTime(start).TotalSeconds, 1e-9), 1, 1e6);
        }

        var samples = actions.Select(_ => new List<double>()).ToArray();
        long begin = Stopwatch.GetTimestamp();
        do
        {
            for (int i = 0; i < actions.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int r = 0; r < repeats[i]; r++)
                    actions[i]();
                samples[i].Add(Stopwatch.GetElapsedTime(start).TotalSeconds / repeats[i]);
            }
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < budget || samples[0].Count < 5);
        return [.. samples.Select(s => s.Order().ElementAt(s.Count / 2))];
    }
}
