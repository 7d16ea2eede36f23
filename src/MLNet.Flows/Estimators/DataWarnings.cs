using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators;

/// <summary>Says once, before training, when the data can hardly have a density.</summary>
internal static class DataWarnings
{
    private const int MaximumRows = 5000;
    private const int MaximumNamed = 5;

    // Fewer distinct values than this share of the rows looked at, and fewer than 50, count as discrete.
    private const double DiscreteShare = 0.05;
    private const int DiscreteValues = 50;
    private const int FewestRows = 100;

    /// <param name="matrix">The usable rows, as read.</param>
    /// <param name="featureColumnName">The feature column.</param>
    /// <param name="slotNames">Names of its slots; null where it has none.</param>
    /// <returns>One warning, or null.</returns>
    public static string? Find(FeatureMatrix matrix, string featureColumnName, string[]? slotNames)
    {
        var found = new List<string>();
        if (matrix.RowCount < matrix.Dimension)
        {
            found.Add($"there are {matrix.RowCount} rows for {matrix.Dimension} columns, so most directions are not seen in the data and their scale is a guess: gather more rows or "
                + "reduce the columns, for example with mlContext.Transforms.ProjectToPrincipalComponents");
        }

        int[] discrete = [.. Enumerable.Range(0, matrix.Dimension).Where(column => IsDiscrete(matrix, column))];
        if (discrete.Length > 0 && discrete.Length == matrix.Dimension)
        {
            found.Add($"every column holds few distinct values ({Names(discrete, featureColumnName, slotNames)}), and discrete values have no density but the one that InputNoise gives them: "
                + "ranks are useful, likelihoods in nats say little");
        }

        return found.Count == 0 ? null : $"Column '{featureColumnName}': {string.Join("; ", found)}.";
    }

    /// <param name="columns">Indices of the columns with values far out.</param>
    /// <param name="featureColumnName">The feature column.</param>
    /// <param name="slotNames">Names of its slots; null where it has none.</param>
    /// <returns>One warning, or null.</returns>
    public static string? FarOut(int[] columns, string featureColumnName, string[]? slotNames) => columns.Length == 0
        ? null
        : $"Column '{featureColumnName}': {Names(columns, featureColumnName, slotNames)} hold{(columns.Length == 1 ? "s" : "")} a few values so far from the others that they would set the scale for "
            + $"all, so values beyond {HeavyTails.Threshold} scales of the others count on a logarithmic scale. If they stand for missing values, replace them or leave their rows out.";

    private static string Names(int[] columns, string featureColumnName, string[]? slotNames) =>
        string.Join(", ", columns.Take(MaximumNamed).Select(column => $"'{(slotNames is null ? $"{featureColumnName}[{column}]" : slotNames[column])}'"))
        + (columns.Length > MaximumNamed ? $" and {columns.Length - MaximumNamed} more" : "");

    private static bool IsDiscrete(FeatureMatrix matrix, int column)
    {
        int rows = Math.Min(matrix.RowCount, MaximumRows);
        if (rows < FewestRows)
            return false;
        int most = Math.Min((int)(DiscreteShare * rows), DiscreteValues);
        var distinct = new HashSet<float>();
        for (int i = 0; i < rows; i++)
        {
            distinct.Add(matrix.Row((int)((long)i * matrix.RowCount / rows))[column]);
            if (distinct.Count > most)
                return false;
        }

        return true;
    }
}
