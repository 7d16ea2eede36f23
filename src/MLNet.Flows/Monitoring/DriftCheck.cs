using System.Globalization;
using Microsoft.ML;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers;

namespace MLNet.Flows.Monitoring;

/// <summary>Compares rows with those that a flow's p-values rank among.</summary>
internal static class DriftCheck
{
    private const int FewestRows = 20;
    private const int ExplainedRows = 256;
    private const int Seed = 1;

    // The p-values that a tenth of the ranked rows has.
    private const double StrangeTenth = 0.1;

    // Of a 95 % interval.
    private const double Deviations = 1.959964;

    // Of the mean contributions: rounding of single-precision scores.
    private const double Rounding = 1e-4;

    /// <param name="flow">The flow.</param>
    /// <param name="rows">As the flow meets them.</param>
    /// <param name="significance">Below which there is drift.</param>
    public static DriftReport Run(FlowTransformer flow, IDataView rows, double significance)
    {
        RankedSample ranked = flow.Model.RankedRows;
        if (ranked.ExpectedAnomalies > 0)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The flow was trained on rows of which a share of {ranked.ExpectedAnomalies} was expected to be anomalies, and "
                + $"its p-values rank rows among those: normal rows would look like drift. Call "
                + $"model.Recalibrate(freshNormalRows) first, and check the model that it returns."));
        }

        FreshScores fresh = FreshScores.Of(flow, rows, weightColumnName: null);
        int count = fresh.Ranked.Length;
        if (count < FewestRows)
        {
            throw new ArgumentException(
                $"There are {count} rows with a score ({fresh.Missing} have none), but to tell drift from chance takes "
                + $"{FewestRows} or more. Collect rows for longer.");
        }

        float[] sorted = [.. fresh.Ranked.Order()];
        (double distance, double[] rankedShares, double[] freshShares) = flow.Model.Quantiles.Compare(sorted);
        double chance = KolmogorovSmirnov.Significance(distance, Math.Max(ranked.EffectiveRows, 1), count);
        double alarms = fresh.PValues.Count(p => p < flow.FalseAlarmRate) / (double)count;
        (double low, double high) = Interval(alarms, count);
        bool contaminated = chance < significance && ranked is { ExpectedAnomalies: null, IsRecalibrated: false }
            && Interval(fresh.PValues.Count(p => p < StrangeTenth) / (double)count, count).High < StrangeTenth;
        if (contaminated)
        {
            flow.Warn(
                "The rows differ from those that the flow was trained on by having fewer strange ones, as if anomalies had been "
                + "among the training rows. If there were, this is no drift: call model.Recalibrate(freshNormalRows), and check "
                + "the model that it returns.");
        }

        return new DriftReport
        {
            IsDrift = chance < significance,
            LooksContaminated = contaminated,
            Distance = distance,
            Significance = chance,
            RowCount = count,
            MissingCount = fresh.Missing,
            AlarmRate = alarms,
            AlarmRateLow = low,
            AlarmRateHigh = high,
            ExpectedAlarmRate = flow.FalseAlarmRate,
            Features = Features(flow, rows, count),
            RankedShares = rankedShares,
            FreshShares = freshShares,
        };
    }

    private static (double Low, double High) Interval(double share, int count)
    {
        double square = Deviations * Deviations / count, center = (share + square / 2) / (1 + square);
        double half = Deviations * Math.Sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square);
        return (Math.Max(center - half, 0), Math.Min(center + half, 1));
    }

    private static FeatureDrift[] Features(FlowTransformer flow, IDataView rows, int count)
    {
        CategoryDictionary[] categories = flow.Model.Dictionaries;
        int features = flow.FeatureCount, columns = features + categories.Length;
        List<FlowSample> some = Take(flow, rows, count);
        var sampler = new FlowSampler(flow.Model.Density, Seed);
        IEnumerable<FlowSample> drawn =
            flow.ContextCount > 0 ? sampler.Rows(some.Select(row => row.Context)) : sampler.Rows(some.Count);
        var names = new string[columns];
        var seen = new Moments(columns);
        var expected = new Moments(columns);
        foreach ((FlowSample row, FlowSample other) in some.Zip(drawn))
        {
            foreach (FeatureContribution each in flow.Explain(row.Features, row.Context, row.Categories, columns, names: null))
            {
                names[each.Index] = each.Index < features ? each.Name : categories[each.Index - features].Name;
                seen.Add(each.Index, each.Contribution);
            }

            foreach (FeatureContribution each in
                flow.Explain(other.Features, other.Context, other.Categories, columns, names: null))
                expected.Add(each.Index, each.Contribution);
        }

        return [.. Enumerable.Range(0, columns)
            .Select(index =>
            {
                double mean = seen.Mean(index), usual = expected.Mean(index);
                double error = Math.Sqrt(seen.SquaredError(index) + expected.SquaredError(index));
                return new FeatureDrift
                {
                    Name = names[index],
                    Index = index,
                    MeanContribution = mean,
                    ExpectedContribution = usual,
                    StandardErrors = (mean - usual) / Math.Max(error, Rounding * (1 + Math.Abs(mean))),
                };
            })
            .OrderByDescending(each => Math.Abs(each.StandardErrors))];
    }

    // Rows with a score, evenly spaced.
    private static List<FlowSample> Take(FlowTransformer flow, IDataView rows, int count)
    {
        var some = new List<FlowSample>();
        var bindings = new FlowBindings(flow.Model, rows.Schema);
        using DataViewRowCursor cursor = rows.GetRowCursor(bindings.Inputs());
        var row = new RowScorer(cursor, bindings);
        int wanted = Math.Min(count, ExplainedRows);
        for (long scored = 0; some.Count < wanted && cursor.MoveNext();)
        {
            float[] features = row.Features().ToArray(), context = row.Context().ToArray();
            if (!Array.TrueForAll(features, float.IsFinite) || !Array.TrueForAll(context, float.IsFinite))
                continue;
            if (scored++ < (long)some.Count * count / wanted)
                continue;
            some.Add(new FlowSample(features, context, row.Categories().ToArray()));
        }

        return some;
    }

    /// <summary>Means of several columns and how far off they may be.</summary>
    private sealed class Moments(int columns)
    {
        private readonly double[] _sums = new double[columns];
        private readonly double[] _squares = new double[columns];
        private readonly int[] _counts = new int[columns];

        public void Add(int column, double value)
        {
            if (!double.IsFinite(value))
                return;
            _sums[column] += value;
            _squares[column] += value * value;
            _counts[column]++;
        }

        public double Mean(int column) => _sums[column] / Math.Max(_counts[column], 1);

        public double SquaredError(int column)
        {
            int count = Math.Max(_counts[column], 1);
            return Math.Max(_squares[column] / count - Mean(column) * Mean(column), 0) / count;
        }
    }
}
