using ScottPlot;

namespace MLNet.Flows;

/// <summary>Colours that mean the same in every picture; blue and orange stay apart for colour-blind eyes and in print.</summary>
internal static class PlotStyle
{
    /// <summary>Normal rows and the flow itself.</summary>
    public static readonly Color Normal = Color.FromHex("#0072B2");

    /// <summary>Anomalies.</summary>
    public static readonly Color Anomaly = Color.FromHex("#D55E00");

    /// <summary>Thresholds, diagonals, reference lines.</summary>
    public static readonly Color Reference = Color.FromHex("#666666");

    public static Plot Create(string title, string x, string y)
    {
        var plot = new Plot();
        plot.Title(title);
        plot.XLabel(x);
        plot.YLabel(y);
        return plot;
    }
}
