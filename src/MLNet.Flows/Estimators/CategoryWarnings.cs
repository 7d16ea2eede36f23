using System.Numerics.Tensors;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators;

/// <summary>Says once, before training, where categories stand in the wrong place.</summary>
internal static class CategoryWarnings
{
    private const int MaximumRows = 2000;
    private const int MaximumNamed = 3;
    private const int FewestRows = 20;

    // More values than this share of the rows are nearly a name for each row.
    private const double NamesOfRows = 0.5;

    // Rows in which a run without names has no 1 are those in which the category is missing: fewer than half.
    private const double FewestOnes = 0.5;

    // So many rows would have two 1s if the columns did not depend on each other, and none has: chance 1e-6.
    private const double FewestPairs = 14;

    /// <summary>Runs of features that are 0 or 1 and of which one at most is 1: a category, one-hot.</summary>
    /// <param name="matrix">The usable rows, as read.</param>
    /// <param name="featureColumnName">The feature column.</param>
    /// <param name="slotNames">Names of its slots; null where it has none.</param>
    /// <returns>One warning, or null.</returns>
    public static string? Find(FeatureMatrix matrix, string featureColumnName, string[]? slotNames)
    {
        (int First, int Count)[] groups = [.. OneHotGroups(matrix, slotNames)];
        if (groups.Length == 0)
            return null;
        string Name(int column) => slotNames?[column] is { Length: > 0 } name ? name : $"{featureColumnName}[{column}]";
        string named = string.Join(
            ", ", groups.Take(MaximumNamed).Select(group => $"'{Name(group.First)}' to '{Name(group.First + group.Count - 1)}'"));
        string more = groups.Length > MaximumNamed ? $" and {groups.Length - MaximumNamed} more such runs" : "";
        return $"Column '{featureColumnName}': {named}{more} look like categories, one-hot: 0 or 1, and never two of them 1. As "
            + "numbers they cost a dimension a value, and values that are rare or do not go together hardly count. Name the "
            + "text or key columns that they come from in CategoricalColumnNames, and leave them out of the features.";
    }

    /// <summary>Categories with about as many values as there are rows.</summary>
    /// <param name="categories">As read.</param>
    /// <returns>One warning, or null.</returns>
    public static string? Names(TrainingCategories categories)
    {
        int rows = categories.Codes.RowCount;
        string[] found = [.. categories.Dictionaries
            .Where(dictionary => rows >= FewestRows && dictionary.Count > NamesOfRows * rows)
            .Select(dictionary => $"'{dictionary.Name}' has {dictionary.Count} values")];
        return found.Length == 0
            ? null
            : $"Of {rows} rows {string.Join(", ", found.Take(MaximumNamed))}: that is nearly a name for each row, which says "
                + "nothing of other rows. Leave such a column out, or group its values.";
    }

    private static IEnumerable<(int First, int Count)> OneHotGroups(FeatureMatrix matrix, string[]? slotNames)
    {
        if (matrix.RowCount < FewestRows)
            yield break;
        int rows = Math.Min(matrix.RowCount, MaximumRows);
        float[][] columns = [.. Enumerable.Range(0, matrix.Dimension).Select(column => Column(matrix, column, rows))];
        for (int first = 0; first < columns.Length; first++)
        {
            if (columns[first].Length == 0)
                continue;
            var sum = new float[rows];
            double ones = 0, pairs = 0;
            int last = first, whole = 0;
            for (; last < columns.Length && columns[last].Length > 0; last++)
            {
                TensorPrimitives.Add<float>(sum, columns[last], sum);
                if (TensorPrimitives.Max<float>(sum) > 1)
                    break;
                bool ofOneName = slotNames is not null && last > first && Stem(slotNames[first]) is { Length: > 0 } stem
                    && stem == Stem(slotNames[last]);
                double own = TensorPrimitives.Sum<float>(columns[last]);
                pairs += ones * own / rows;
                ones += own;
                bool excludes = pairs >= FewestPairs && ones > FewestOnes * rows;
                if (ofOneName || (last > first && (ones == rows || excludes)))
                    whole = last - first + 1;
            }

            if (whole == 0)
                continue;
            yield return (first, whole);
            first += whole - 1;
        }
    }

    // As OneHotEncoding and Concatenate name slots: "color.red".
    private static string Stem(string slotName) => slotName[..Math.Max(slotName.LastIndexOf('.'), 0)];

    // Values from all over the rows; empty where one is neither 0 nor 1, or all are equal.
    private static float[] Column(FeatureMatrix matrix, int column, int rows)
    {
        var values = new float[rows];
        bool zero = false, one = false;
        for (int i = 0; i < rows; i++)
        {
            float value = values[i] = matrix.Row((int)((long)i * matrix.RowCount / rows))[column];
            if (value != 0 && value != 1)
                return [];
            (zero, one) = (zero || value == 0, one || value == 1);
        }

        return zero && one ? values : [];
    }
}
