using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>The training rows' log-likelihoods in order: what a new row's rank is read from.</summary>
/// <remarks>Up to 4,096 rows are all kept. Of more, the lowest 1,024 are kept and 3,072 evenly spaced ones of the rest, so that
/// the p-value of an unlikely row is exact and any other is low by less than 1/3,072. Below the lowest value the share falls
/// along a
/// <see cref="ParetoTail"/> instead of dropping to 0.</remarks>
internal sealed class LikelihoodQuantiles
{
    private const int MaximumValues = 4096;
    private const int LowestKept = 1024;
    private const int MaximumCompared = 512;
    private readonly float[] _values;
    private readonly float[] _shares;
    private readonly ParetoTail _tail;
    private readonly float _tailStart;

    private readonly float _shareBelow;

    private LikelihoodQuantiles(float[] values, float[] shares, ParetoTail tail, float tailStart, float shareBelow)
    {
        (_values, _shares) = (values, shares);
        (_tail, _tailStart, _shareBelow) = (tail, tailStart, shareBelow);
    }

    /// <summary>Ascending.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Of each value, the share of training weight that is at most it.</summary>
    public ReadOnlySpan<float> Shares => _shares;

    public ParetoTail Tail => _tail;

    /// <summary>How far below the tail's threshold the lowest value is.</summary>
    public float TailStart => _tailStart;

    /// <summary>The share just below the lowest value.</summary>
    public float ShareBelow => _shareBelow;

    /// <param name="logLikelihoods">Of the training rows, in any order, finite.</param>
    /// <param name="weights">Their example weights; empty for all 1.</param>
    public static LikelihoodQuantiles Fit(ReadOnlySpan<float> logLikelihoods, ReadOnlySpan<float> weights)
    {
        float[] sorted = logLikelihoods.ToArray();
        float[] sortedWeights = weights.IsEmpty ? [] : weights.ToArray();
        if (weights.IsEmpty)
            SingleOrder.Sort(sorted);
        else
            Array.Sort(sorted, sortedWeights);

        var cumulative = new double[sorted.Length];
        double total = 0;
        for (int i = 0; i < sorted.Length; i++)
            cumulative[i] = total += weights.IsEmpty ? 1 : sortedWeights[i];

        int count = Math.Min(sorted.Length, MaximumValues);
        var values = new float[count];
        var shares = new float[count];
        for (int i = 0; i < count; i++)
        {
            int source = i < LowestKept || sorted.Length <= MaximumValues
                ? i
                : LowestKept + (int)((long)(i - LowestKept + 1) * (sorted.Length - LowestKept) / (MaximumValues - LowestKept))
                    - 1;
            values[i] = sorted[source];
            shares[i] = (float)(cumulative[source] / total);
        }

        (ParetoTail tail, float start) = ParetoTail.Fit(sorted);
        return new LikelihoodQuantiles(values, shares, tail, start, Math.Min(shares[0], 1f / (sorted.Length + 1f)));
    }

    /// <summary>Share of training weight at most this likely, in [0, 1]; NaN for NaN. Below the lowest of n values at most 1 / (n
    /// + 1), times the tail.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float PValue(float logLikelihood)
    {
        if (float.IsNaN(logLikelihood))
            return float.NaN;

        // The last kept value that is at most the given one.
        ReadOnlySpan<float> values = _values;
        int low = 0, count = values.Length;
        while (count > 0)
        {
            int half = count >> 1;
            if (values[low + half] <= logLikelihood)
            {
                low += half + 1;
                count -= half + 1;
            }
            else
            {
                count = half;
            }
        }

        return low == 0 ? (float)(_shareBelow * _tail.Beyond(_values[0] - (double)logLikelihood, _tailStart)) : _shares[low - 1];
    }

    /// <summary>The largest difference between the distribution functions of these values and of others.</summary>
    /// <param name="others">Ascending.</param>
    /// <returns>The difference, and both functions at up to 512 of these values; where rows were thinned out, the difference may
    /// be too large by 1/3,072.</returns>
    public (double Distance, double[] Shares, double[] OfOthers) Compare(ReadOnlySpan<float> others)
    {
        double distance = 0;
        int at = 0, step = Math.Max(_values.Length / MaximumCompared, 1);
        List<double> shares = [], ofOthers = [];
        for (int first = 0, last; first < _values.Length; first = last + 1)
        {
            // Equal ones step together.
            for (last = first; last + 1 < _values.Length && _values[last + 1] == _values[first];)
                last++;
            while (at < others.Length && others[at] < _values[first])
                at++;
            double below = at / (double)others.Length;
            while (at < others.Length && others[at] <= _values[first])
                at++;
            double upTo = at / (double)others.Length;
            distance = Math.Max(distance, Math.Abs(below - (first == 0 ? 0 : _shares[first - 1])));
            distance = Math.Max(distance, Math.Abs(upTo - _shares[last]));
            if (first / step == (last + 1) / step && last != _values.Length - 1)
                continue;
            shares.Add(_shares[last]);
            ofOthers.Add(upTo);
        }

        return (distance, [.. shares], [.. ofOthers]);
    }

    public void Write(ModelWriter writer)
    {
        writer.Write(_values.Length);
        writer.Write(_values);
        writer.Write(_shares);
        writer.Write(_tail.Shape);
        writer.Write(_tail.Scale);
        writer.Write(_tailStart);
        writer.Write(_shareBelow);
    }

    /// <param name="reader">The payload.</param>
    /// <param name="version">Of the format: a tail follows from version 2 on, the share below the lowest value from version 3
    /// on.</param>
    public static LikelihoodQuantiles Read(ModelReader reader, int version)
    {
        int count = reader.ReadInt32();
        reader.Check(count is >= 1 and <= MaximumValues, $"{count} likelihood quantiles");
        float[] values = reader.ReadFiniteSingles(count), shares = reader.ReadFiniteSingles(count);
        for (int i = 0; i < count; i++)
        {
            bool ordered = i == 0 || (values[i] >= values[i - 1] && shares[i] >= shares[i - 1]);
            reader.Check(ordered && shares[i] is >= 0 and <= 1, $"likelihood quantile {i} out of order");
        }

        if (version < 2)
            return new LikelihoodQuantiles(values, shares, default, 0, shares[0]);
        float[] tail = reader.ReadFiniteSingles(3);
        reader.Check(
            tail[0] is >= 0 and < 1 && tail[1] >= 0 && tail[2] >= 0,
            $"a tail of shape {tail[0]}, scale {tail[1]} and start {tail[2]}");
        float shareBelow = version < 3 ? shares[0] : reader.ReadSingle();
        reader.Check(shareBelow is >= 0 and <= 1, $"the share {shareBelow} below the lowest likelihood");
        return new LikelihoodQuantiles(values, shares, new ParetoTail(tail[0], tail[1]), tail[2], shareBelow);
    }
}
