using System.Globalization;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Distributions;
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

    // Of a spread of so many steps, a step is about a sixtieth of it.
    private const int FewestSteps = 64;

    // From 2^24 on Single skips integers.
    private const float LargestExactInteger = 1 << 24;

    /// <param name="matrix">The usable rows, as read.</param>
    /// <param name="featureColumnName">The feature column.</param>
    /// <param name="slotNames">Names of its slots; null where it has none.</param>
    /// <returns>One warning, or null.</returns>
    public static string? Find(FeatureMatrix matrix, string featureColumnName, string[]? slotNames)
    {
        var found = new List<string>();
        if (matrix.RowCount < matrix.Dimension)
        {
            found.Add($"there are {matrix.RowCount} rows for {matrix.Dimension} columns, so most directions are not seen in "
                + "the data and their scale is a guess: gather more rows or "
                + "reduce the columns, for example with mlContext.Transforms.ProjectToPrincipalComponents");
        }

        int[] discrete = [.. Enumerable.Range(0, matrix.Dimension).Where(column => IsDiscrete(matrix, column))];
        if (discrete.Length > 0 && discrete.Length == matrix.Dimension)
        {
            found.Add($"every column holds few distinct values ({Names(discrete, featureColumnName, slotNames)}), and "
                + "discrete values have no density but the one that InputNoise gives them: "
                + "ranks are useful, likelihoods in nats say little");
        }

        return found.Count == 0 ? null : $"Column '{featureColumnName}': {string.Join("; ", found)}.";
    }

    /// <param name="columns">Indices of the columns with values far out.</param>
    /// <param name="placeholders">Values that repeat far out, by column.</param>
    /// <param name="rowCount">Rows in all.</param>
    /// <param name="featureColumnName">The feature column.</param>
    /// <param name="slotNames">Names of its slots; null where it has none.</param>
    /// <returns>One warning, or null.</returns>
    public static string? FarOut(
        int[] columns, Placeholder[] placeholders, int rowCount, string featureColumnName, string[]? slotNames)
    {
        if (columns.Length == 0)
            return null;
        string found =
            $"Column '{featureColumnName}': {Names(columns, featureColumnName, slotNames)} "
            + $"hold{(columns.Length == 1 ? "s" : "")} values far from the others, "
            + $"so location and scale come from the others, and what lies beyond {HeavyTails.Threshold} such scales counts on "
            + "a logarithmic scale.";
        if (placeholders.Length == 0)
            return found;
        string values = string.Join(", ", placeholders.Take(MaximumNamed).Select(each => string.Create(
            CultureInfo.InvariantCulture,
            $"{each.Value} in {100.0 * each.Count / rowCount:0.####} % of the rows of "
            + $"{Name(each.Column, featureColumnName, slotNames)}")));
        string more = placeholders.Length > MaximumNamed
            ? $" and others in {placeholders.Length - MaximumNamed} more columns"
            : "";
        return found + string.Create(
            CultureInfo.InvariantCulture,
            $" A value that repeats there is likely a placeholder for a missing one: {values}{more}. Turn it into NaN before "
            + $"training and scoring, for example with "
            + $"mlContext.Transforms.Expression(\"{featureColumnName}\", \"x : x == {placeholders[0].Value} ? na(x) : x\", "
            + $"\"{featureColumnName}\"): such rows are then left out of training and always alarm.");
    }

    /// <summary>Columns that Single holds too coarsely: they vary by a few of its steps, or never and are so large that a change
    /// may round away; and columns that vary by less than can be standardized.</summary>
    /// <param name="columns">Which columns vary and which never did.</param>
    /// <param name="ranges">The lowest and the highest value of every column.</param>
    /// <param name="standardization">Location and scale of the columns that vary; null where none does.</param>
    /// <param name="featureColumnName">The feature column.</param>
    /// <param name="slotNames">Names of its slots; null where it has none.</param>
    /// <returns>One warning, or null.</returns>
    public static string? Resolution(
        ColumnPartition columns, (float[] Lowest, float[] Highest) ranges, Standardization? standardization,
        string featureColumnName, string[]? slotNames)
    {
        int[] Active(Func<int, bool> condition) =>
            [.. Enumerable.Range(0, columns.ActiveColumns.Length).Where(condition).Select(j => columns.ActiveColumns[j])];
        var found = new List<string>();
        int[] coarse = [.. Active(j => standardization!.Scale[j] < FewestSteps * Step(standardization.Mean[j]))
            .Concat(
                columns.ConstantColumns.Where(
                    d => ranges.Highest[d] > ranges.Lowest[d] || Math.Abs(ranges.Highest[d]) >= LargestExactInteger))
            .Order()];
        if (coarse.Length > 0)
        {
            float value = ranges.Highest[coarse[0]];
            found.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{Names(coarse, featureColumnName, slotNames)} var{(coarse.Length == 1 ? "ies" : "y")} by less than "
                + $"{FewestSteps} steps of Single at such values "
                + $"({Step(value):G3} at {value:G9}), so small departures round away: subtract an offset in double precision "
                + $"before the column becomes Single, for example "
                + $"with mlContext.Transforms.Expression(\"Offset\", \"x : single(x - {value:F0})\", \"Name\") on a column of "
                + $"Double"));
        }

        int[] small = Active(j => standardization!.Scale[j] <= Standardization.SmallestScale);
        if (small.Length > 0)
        {
            found.Add($"{Names(small, featureColumnName, slotNames)} var{(small.Length == 1 ? "ies" : "y")} by less than "
                + $"{Standardization.SmallestScale.ToString("G1", CultureInfo.InvariantCulture)}, "
                + "which cannot be told apart: choose a unit in which the values are larger");
        }

        return found.Count == 0 ? null : $"Column '{featureColumnName}': {string.Join("; ", found)}.";
    }

    private static string Names(int[] columns, string featureColumnName, string[]? slotNames) =>
        string.Join(", ", columns.Take(MaximumNamed).Select(column => Name(column, featureColumnName, slotNames)))
        + (columns.Length > MaximumNamed ? $" and {columns.Length - MaximumNamed} more" : "");

    private static string Name(int column, string featureColumnName, string[]? slotNames) =>
        $"'{(slotNames is null ? $"{featureColumnName}[{column}]" : slotNames[column])}'";

    // From the value to the next larger one as Single.
    private static double Step(float value) => MathF.BitIncrement(Math.Abs(value)) - (double)Math.Abs(value);

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
