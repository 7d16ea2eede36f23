using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace MLNet.Flows.Training;

/// <summary>Numbered pieces of work that do not depend on each other, each long enough for the thread pool to hand out.</summary>
internal static class SideBySide
{
    /// <summary>Does work 0 .. count - 1, begun in that order, and returns when all is done; the caller's thread takes part.
    /// What work throws is thrown here, once what has begun has ended.</summary>
    /// <param name="count">Pieces.</param>
    /// <param name="threads">That work at a time, at most; 1 for one piece after the other.</param>
    /// <param name="work">Does the piece of a number.</param>
    public static void Run(int count, int threads, Action<int> work)
    {
        if (threads == 1 || count <= 1)
        {
            for (int i = 0; i < count; i++)
                work(i);
            return;
        }

        try
        {
            // Unbuffered: whoever is free takes the next one.
            Parallel.ForEach(
                Partitioner.Create(Enumerable.Range(0, count), EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = threads },
                work);
        }
        catch (AggregateException faults)
        {
            ExceptionDispatchInfo.Throw(faults.InnerExceptions[0]);
        }
    }
}
