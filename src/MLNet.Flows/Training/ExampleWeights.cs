namespace MLNet.Flows.Training;

/// <summary>Example weights as training takes them: only their ratios matter.</summary>
internal static class ExampleWeights
{
    // Of a millionth of a millionth of the mean and so on nothing is left; it stays positive, so that no batch is without weight.
    private const double Smallest = 1e-30;

    /// <summary>The weights divided by their mean; empty where all are equal, as without weights.</summary>
    /// <param name="weights">[n], positive and finite, or empty; overwritten.</param>
    public static float[] Normalize(float[] weights)
    {
        if (Array.TrueForAll(weights, weight => weight == weights[0]))
            return [];
        double mean = weights.Average(weight => (double)weight);
        foreach (ref float weight in weights.AsSpan())
            weight = (float)Math.Max(weight / mean, Smallest);
        return weights;
    }

    /// <summary>How many rows of equal weight carry as much information: (sum w)^2 / sum w^2 (Kish 1965); null without
    /// weights.</summary>
    public static double? EffectiveRows(float[] weights)
    {
        if (weights.Length == 0)
            return null;
        double sum = 0, squares = 0;
        foreach (double weight in weights)
            (sum, squares) = (sum + weight, squares + weight * weight);
        return sum * sum / squares;
    }
}
