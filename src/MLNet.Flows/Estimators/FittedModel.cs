using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators.Calibration;
using MLNet.Flows.Explanation;
using MLNet.Flows.Model;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators;

/// <summary>One trained flow, or several that were trained on the same rows, as a model: what p-values rank, and where
/// explanations start.</summary>
internal static class FittedModel
{
    /// <param name="flows">One or more.</param>
    /// <param name="rows">What they were trained on.</param>
    /// <param name="columns">The columns read and written.</param>
    /// <param name="alarmRate">In [0, 1].</param>
    /// <param name="expectedAnomalies">Share of anomalies among the rows; null for unknown.</param>
    /// <param name="threads">At most.</param>
    public static FlowModel Of(
        TrainedFlow[] flows,
        FitRows rows,
        FlowColumnNames columns,
        double alarmRate,
        double? expectedAnomalies,
        int threads)
    {
        float[] weights = rows.Source.Weights;
        var density = new RowDensity(Array.ConvertAll(flows, flow => flow.Density));
        ConditionalRanking? ranking = null;
        float[] ranked = MeanRanked(flows);
        if (rows.Context is not null)
            (ranking, ranked) = rows.Context.Rank(ranked, weights);

        // Two pieces of work of about the same length, each of which puts all rows in order.
        ReferenceRow reference = default;
        LikelihoodQuantiles? quantiles = null;
        SideBySide.Run(2, Math.Min(threads, 2), part =>
        {
            if (part == 0)
                reference = ReferencePoint.Of(density, Array.ConvertAll(flows, flow => flow.Likelihoods));
            else
                quantiles = RankedRows.Fit(ranked, weights, flows[0].RowsWithPlaceholders);
        });
        return new FlowModel(
            new RowDensity(Array.ConvertAll(flows, flow => flow.Density.WithDeparturesBelow(flow.Ranked))),
            quantiles!,
            columns,
            alarmRate,
            reference.Features,
            flows[0].History)
        {
            SlotNames = rows.SlotNames,
            Categories = rows.Source.Categories?.Sources,
            ReferenceCategories = reference.Categories,
            Ranking = ranking,
            RankedRows = RankedSample.Of(ranked.Length, weights, expectedAnomalies, isRecalibrated: false),
        };
    }

    // As scores are: the mean over flows. Each flow's value is one that has not seen the row, where it was calibrated, so that
    // the mean is that of a row which none has seen.
    private static float[] MeanRanked(TrainedFlow[] flows)
    {
        if (flows is [TrainedFlow only])
            return only.Ranked;
        var mean = new float[flows[0].Ranked.Length];
        for (int row = 0; row < mean.Length; row++)
        {
            double sum = 0;
            foreach (TrainedFlow flow in flows)
                sum += flow.Ranked[row];
            mean[row] = (float)(sum / flows.Length);
        }

        return mean;
    }
}
