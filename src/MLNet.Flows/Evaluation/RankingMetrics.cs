namespace MLNet.Flows.Evaluation;

/// <summary>Threshold tables and the areas under them, from scores and labels.</summary>
internal static class RankingMetrics
{
    /// <summary>One row per distinct score, highest first. Without anomalies Recall is NaN.</summary>
    public static ThresholdMetrics[] Thresholds(ReadOnlySpan<double> scores, ReadOnlySpan<bool> anomalous)
    {
        double[] keys = scores.ToArray();
        bool[] labels = anomalous.ToArray();
        Array.Sort(keys, labels);
        long anomalies = labels.LongCount(label => label);
        long normals = labels.Length - anomalies;

        var table = new List<ThresholdMetrics>();
        long truePositives = 0, falsePositives = 0;
        for (int i = keys.Length - 1; i >= 0; i--)
        {
            if (labels[i])
                truePositives++;
            else
                falsePositives++;

            // Rows of equal score raise their alarms together.
            if (i > 0 && keys[i - 1] == keys[i])
                continue;
            table.Add(new ThresholdMetrics
            {
                Threshold = keys[i],
                TruePositives = truePositives,
                FalsePositives = falsePositives,
                Precision = (double)truePositives / (truePositives + falsePositives),
                Recall = (double)truePositives / anomalies,
                FalsePositiveRate = (double)falsePositives / normals,
            });
        }

        return [.. table];
    }

    /// <summary>Trapezoids under the ROC curve: ties count half.</summary>
    public static double AreaUnderRocCurve(ReadOnlySpan<ThresholdMetrics> thresholds)
    {
        double area = 0, recall = 0, rate = 0;
        foreach (ThresholdMetrics row in thresholds)
        {
            area += (row.FalsePositiveRate - rate) * (row.Recall + recall) / 2;
            (recall, rate) = (row.Recall, row.FalsePositiveRate);
        }

        return area;
    }

    /// <summary>Sum of precision times the recall gained, threshold by threshold.</summary>
    public static double AveragePrecision(ReadOnlySpan<ThresholdMetrics> thresholds)
    {
        double sum = 0, recall = 0;
        foreach (ThresholdMetrics row in thresholds)
        {
            sum += (row.Recall - recall) * row.Precision;
            recall = row.Recall;
        }

        return sum;
    }

    /// <summary>The largest recall of a threshold with at most that many false positives.</summary>
    public static double DetectionRate(ReadOnlySpan<ThresholdMetrics> thresholds, int falsePositiveCount)
    {
        double best = 0;
        foreach (ThresholdMetrics row in thresholds)
        {
            if (row.FalsePositives <= falsePositiveCount)
                best = Math.Max(best, row.Recall);
        }

        return best;
    }
}
