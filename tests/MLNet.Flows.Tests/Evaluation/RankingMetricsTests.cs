using MLNet.Flows.Evaluation;

namespace MLNet.Flows.Tests.Evaluation;

public sealed class RankingMetricsTests
{
    [Fact]
    public void AreaUnderRocCurve_TiedScores_CountsTiesHalf()
    {
        // Pairs (anomaly, normal): 4 > 3, 4 > 1, 3 = 3 (half), 3 > 1.
        ThresholdMetrics[] thresholds = RankingMetrics.Thresholds([4, 3, 3, 1], [true, true, false, false]);

        Assert.Equal(3.5 / 4, RankingMetrics.AreaUnderRocCurve(thresholds), 12);
        Assert.Equal(3, thresholds.Length);
    }

    [Fact]
    public void AveragePrecision_KnownRanking_SumsPrecisionOverRecallGained()
    {
        // From the top: anomaly (1/1), normal, anomaly (2/3), normal.
        ThresholdMetrics[] thresholds = RankingMetrics.Thresholds([0.9, 0.8, 0.7, 0.1], [true, false, true, false]);

        Assert.Equal(0.5 * 1 + 0.5 * 2 / 3, RankingMetrics.AveragePrecision(thresholds), 12);
    }

    [Fact]
    public void AreaUnderRocCurve_RandomScores_EqualsPairCount()
    {
        var random = new Random(7);
        double[] scores = [.. Enumerable.Range(0, 300).Select(_ => (double)random.Next(40))];
        bool[] labels = [.. scores.Select(s => random.NextDouble() < 0.1 + s / 60)];
        double pairs = 0, wins = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            for (int j = 0; j < scores.Length; j++)
            {
                if (labels[i] && !labels[j])
                {
                    pairs++;
                    wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }

        Assert.Equal(wins / pairs, RankingMetrics.AreaUnderRocCurve(RankingMetrics.Thresholds(scores, labels)), 10);
    }

    [Theory]
    [InlineData(0, 0.25)]
    [InlineData(1, 0.75)]
    [InlineData(5, 1.0)]
    public void DetectionRate_FalsePositivesAllowed_IsTheLargestRecallWithin(int allowed, double expected)
    {
        ThresholdMetrics[] thresholds = RankingMetrics.Thresholds(
            [9, 8, 7, 6, 5, 4, 3], [true, false, true, true, false, true, false]);

        Assert.Equal(expected, RankingMetrics.DetectionRate(thresholds, allowed), 12);
    }
}
