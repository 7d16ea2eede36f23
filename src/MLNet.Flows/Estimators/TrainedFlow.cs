using MLNet.Flows.Distributions;

namespace MLNet.Flows.Estimators;

/// <summary>What training one flow gave.</summary>
/// <param name="Density">The density.</param>
/// <param name="History">How it was trained.</param>
/// <param name="Likelihoods">[n], the rows' log-likelihoods.</param>
/// <param name="Ranked">[n], those that p-values rank among: what the likelihoods would be of rows that the flow has not
/// seen, where that was calibrated.</param>
/// <param name="RowsWithPlaceholders">Rows in which a value that is likely a placeholder stands, ascending.</param>
internal sealed record TrainedFlow(
    FlowDensity Density, TrainingHistory History, float[] Likelihoods, float[] Ranked, int[] RowsWithPlaceholders);
