using MLNet.Flows.Monitoring;
using MLNet.Flows.Numerics;

namespace MLNet.Flows;

/// <summary>Watches a stream of p-values and alarms once rows no longer come from where the earlier ones came from: by a
/// conformal test martingale. Thread-safe.</summary>
/// <remarks>
/// 1. Each row's p-value of the flow is ranked among the calibration rows and all rows before it, ties broken at random. While
/// rows    are exchangeable these ranks are independent and uniform, whatever the flow and however few the rows (Vovk,
/// Nouretdinov and    Gammerman 2003).
/// 2. A capital of 1 is bet against that: f(u) times the stake, with betting functions that integrate to 1, the lines 1 + e (u -
///    1/2) of Vovk et al. 2021, arXiv:2102.10439, and the powers k u^(k - 1) of the first paper, an equal share of the capital on
///    each. As a change can come at any time, a part of the capital is first bet at each row, w_t = log(c) / log(t - 1 + c) -
///    log(c) / log(t + c), as in a Shiryaev-Roberts sum.
/// 3. Nobody wins against uniform ranks: by Ville's inequality the capital ever passes 1 / a on at most a share a of exchangeable
///    streams, however long. So the monitor can look after every row.
/// Ranks tell p-values apart to about a hundredth of their size. Memory: 256 kB, whatever the stream's length. A change that
/// comes soon after few rows is found late, as there is little to rank among: calibrate with rows the flow was not trained on.
/// </remarks>
public sealed partial class DriftMonitor
{
    private static readonly double[] Slopes = [-1.9, -1.2, -0.6, -0.3, 0.3, 0.6, 1.2, 1.9];
    private static readonly double[] Powers = [0.4, 0.7];

    // c of the remarks.
    private const double FirstRows = 100;

    // A power of a rank of 0 has no value; below this one it is kept, which only loses.
    private const double SmallestRank = 1e-12;
    // Long after an alarm; more would be no number in the end.
    private const double HighestStake = 1e300;
    private readonly Lock _lock = new();
    private readonly RankCounts _earlier = new();
    private readonly double[] _stakes = new double[Slopes.Length + Powers.Length];
    private readonly double _significance;
    private readonly int _seed;
    private long _calibrationRows;
    private long _rows;
    private long _draws;
    private long _missing;
    private long _alarmRow = -1;
    private double _highest = 1;

    /// <summary>Starts without rows to rank among.</summary>
    /// <param name="significance">a: the share of streams without a change that ever alarm, at most, in (0, 1); default
    /// 0.01.</param>
    /// <param name="seed">Breaks ties; default 1. Same rows, same seed, same capital.</param>
    /// <exception cref="ArgumentOutOfRangeException">The significance is outside (0, 1).</exception>
    public DriftMonitor(double significance = 0.01, int seed = 1)
    {
        if (!(significance is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(significance),
                significance,
                $"The significance is {significance}, but it is between 0 and 1. Set 0.01 for a false alarm on at most one "
                + "stream in a hundred.");
        }

        (_significance, _seed) = (significance, seed);
    }

    /// <summary>The share of streams without a change that ever alarm, at most.</summary>
    public double Significance => _significance;

    /// <summary>Rows watched since the start or the last reset, without missing ones.</summary>
    public long RowCount => Read(() => _rows);

    /// <summary>Rows that were there before the stream.</summary>
    public long CalibrationRowCount => Read(() => _calibrationRows);

    /// <summary>Rows passed over because their p-value was NaN.</summary>
    public long MissingCount => Read(() => _missing);

    /// <summary>The capital: how strong the evidence against exchangeable rows is now.</summary>
    public double Capital => Read(Total);

    /// <summary>The largest capital so far.</summary>
    public double HighestCapital => Read(() => _highest);

    /// <summary>Whether the capital has passed 1 / <see cref="Significance"/> since the start or the last reset.</summary>
    public bool IsAlarm => Read(() => _alarmRow >= 0);

    /// <summary>The row at which it did, from 0; null where it has not.</summary>
    public long? AlarmRow => Read(() => _alarmRow >= 0 ? _alarmRow : (long?)null);

    /// <summary>Adds rows to rank among, before the stream: such as a day of normal rows that the flow was not trained
    /// on.</summary>
    /// <param name="pValues">Of the flow, in [0, 1]; NaN is passed over.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside [0, 1].</exception>
    /// <exception cref="InvalidOperationException">The stream has begun.</exception>
    public void Calibrate(IEnumerable<float> pValues)
    {
        ArgumentNullException.ThrowIfNull(pValues);
        float[] all = [.. pValues];
        foreach (float pValue in all)
            Check(pValue);
        lock (_lock)
        {
            if (_rows > 0)
            {
                throw new InvalidOperationException(
                    $"The stream has begun: {_rows} rows were watched. Calibrate before the first, or after Reset().");
            }

            foreach (float pValue in all.Where(pValue => !float.IsNaN(pValue)))
            {
                _earlier.Add(pValue);
                _calibrationRows++;
            }
        }
    }

    /// <summary>Watches the next row of the stream.</summary>
    /// <param name="pValue">Of the flow, in [0, 1]; a NaN, of a row with a missing feature, is counted and passed over.</param>
    /// <returns>Whether there is an alarm; once there is, until <see cref="Reset"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1].</exception>
    public bool Watch(float pValue)
    {
        Check(pValue);
        lock (_lock)
        {
            if (float.IsNaN(pValue))
                _missing++;
            else
                Bet(Rank(pValue));
            return _alarmRow >= 0;
        }
    }

    /// <summary>Watches rows in their order.</summary>
    /// <param name="pValues">Of the flow, in [0, 1]; NaN is counted and passed over.</param>
    /// <returns>Whether there is an alarm; once there is, until <see cref="Reset"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside [0, 1]; the rows before it were watched.</exception>
    public bool Watch(IEnumerable<float> pValues)
    {
        ArgumentNullException.ThrowIfNull(pValues);
        foreach (float pValue in pValues)
            Watch(pValue);
        return IsAlarm;
    }

    /// <summary>Starts again: with a capital of 1, and nothing to rank among until <see cref="Calibrate"/> is called.</summary>
    /// <remarks>After an alarm, once its cause is dealt with: rows from before and after a change are no longer alike.</remarks>
    public void Reset()
    {
        lock (_lock)
        {
            _earlier.Clear();
            Array.Clear(_stakes);
            (_calibrationRows, _rows, _missing, _alarmRow, _highest) = (0, 0, 0, -1, 1);
        }
    }

    // The row's rank among the earlier ones and itself, in (0, 1).
    private double Rank(float pValue)
    {
        (long below, long equal) = _earlier.Add(pValue);

        // A stream of its own for each draw: what was drawn need not be saved.
        double tie = new RandomStream(_seed, (ulong)_draws++).NextDouble();
        return (below + tie * (equal + 1)) / _earlier.Count;
    }

    private void Bet(double rank)
    {
        double share = (Cash(_rows) - Cash(_rows + 1)) / _stakes.Length;
        for (int i = 0; i < Slopes.Length; i++)
            _stakes[i] = Math.Min((_stakes[i] + share) * (1 + Slopes[i] * (rank - 0.5)), HighestStake);
        for (int i = 0; i < Powers.Length; i++)
        {
            ref double stake = ref _stakes[Slopes.Length + i];
            double gain = Powers[i] * Math.Pow(Math.Max(rank, SmallestRank), Powers[i] - 1);
            stake = Math.Min((stake + share) * gain, HighestStake);
        }

        _rows++;
        double capital = Total();
        _highest = Math.Max(_highest, capital);
        if (_alarmRow < 0 && capital >= 1 / _significance)
            _alarmRow = _rows - 1;
    }

    // Not yet bet after so many rows.
    private static double Cash(long rows) => Math.Log(FirstRows) / Math.Log(rows + FirstRows);

    private double Total() => Cash(_rows) + _stakes.Sum();

    private T Read<T>(Func<T> value)
    {
        lock (_lock)
            return value();
    }

    private static void Check(float pValue)
    {
        if (!(float.IsNaN(pValue) || pValue is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(pValue),
                pValue,
                $"A p-value is {pValue}, but it is in [0, 1], or NaN where it is missing. Pass the p-value column of a flow.");
        }
    }
}
