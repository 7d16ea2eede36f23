namespace MLNet.Flows;

/// <summary>Whether rows still come from where the rows of a flow came from: the result of
/// <see cref="FlowsCatalog.CheckDrift"/>.</summary>
public sealed class DriftReport
{
    internal DriftReport()
    {
    }

    /// <summary>Whether <see cref="Significance"/> is below the one that was asked for.</summary>
    public required bool IsDrift { get; init; }

    /// <summary>Whether the rows lack strange ones that those which p-values rank among have, as if anomalies had been among the
    /// training rows: then it is no drift, and <see cref="Microsoft.ML.FlowModelExtensions.Recalibrate"/> on normal rows comes
    /// first. False where training rows were said to be clean, or p-values have been recalibrated.</summary>
    public required bool LooksContaminated { get; init; }

    /// <summary>The largest difference between the distribution functions of the rows' scores and of those that p-values rank
    /// among, in [0, 1]: the two-sample statistic of Kolmogorov and Smirnov.</summary>
    public required double Distance { get; init; }

    /// <summary>The chance of so large a distance without drift, in [0, 1].</summary>
    public required double Significance { get; init; }

    /// <summary>Rows with a score.</summary>
    public required long RowCount { get; init; }

    /// <summary>Rows without one, such as those with a missing feature; not compared.</summary>
    public required long MissingCount { get; init; }

    /// <summary>Share of the rows whose p-value is below the false-alarm rate.</summary>
    public required double AlarmRate { get; init; }

    /// <summary>The lower end of the 95 % interval of that share (Wilson 1927).</summary>
    public required double AlarmRateLow { get; init; }

    /// <summary>Its upper end.</summary>
    public required double AlarmRateHigh { get; init; }

    /// <summary>The false-alarm rate: the share that is expected of rows like those that p-values rank among.</summary>
    public required double ExpectedAlarmRate { get; init; }

    /// <summary>The features, those first whose contributions moved most, in standard errors.</summary>
    public required IReadOnlyList<FeatureDrift> Features { get; init; }

    /// <summary>Shares of the rows that p-values rank among, ascending, at no more than about 512 values: the one distribution
    /// function, and the p-values there.</summary>
    public required IReadOnlyList<double> RankedShares { get; init; }

    /// <summary>The share of the rows that is at most as likely, at each of these values: the other distribution
    /// function.</summary>
    public required IReadOnlyList<double> FreshShares { get; init; }
}
