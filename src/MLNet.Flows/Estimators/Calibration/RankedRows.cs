using MLNet.Flows.Distributions;

namespace MLNet.Flows.Estimators.Calibration;

/// <summary>Which training rows p-values rank a row among: all but those that hold a likely placeholder.</summary>
/// <remarks>Two rows with -999 would make the p-value of everything less strange than they are at least 2 / n. Where more than a
/// twentieth of the rows hold placeholders, they are a part of the data and are ranked like the others.</remarks>
internal static class RankedRows
{
    private const int FewestOthers = 20;

    /// <param name="likelihoods">[n], of all training rows.</param>
    /// <param name="weights">[n], or empty for all 1.</param>
    /// <param name="rowsWithPlaceholders">Indices, ascending.</param>
    public static LikelihoodQuantiles Fit(float[] likelihoods, float[] weights, int[] rowsWithPlaceholders)
    {
        if (rowsWithPlaceholders.Length == 0 || rowsWithPlaceholders.Length > likelihoods.Length / FewestOthers)
            return LikelihoodQuantiles.Fit(likelihoods, weights);
        var leftOut = new HashSet<int>(rowsWithPlaceholders);
        int[] ranked = [.. Enumerable.Range(0, likelihoods.Length).Where(row => !leftOut.Contains(row))];
        return LikelihoodQuantiles.Fit(
            Array.ConvertAll(ranked, row => likelihoods[row]),
            weights.Length == 0 ? [] : Array.ConvertAll(ranked, row => weights[row]));
    }
}
