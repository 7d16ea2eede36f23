using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Monitoring;

/// <summary>The p-values of scored rows.</summary>
internal static class PValueColumn
{
    /// <param name="scored">The output of a flow.</param>
    /// <param name="name">Its p-value column.</param>
    /// <returns>Those that are numbers, in the order of the rows, and how many are missing.</returns>
    /// <exception cref="ArgumentException">The column is missing or not Single, or a value is outside [0, 1].</exception>
    public static (float[] Values, long Missing) Read(IDataView scored, string name)
    {
        if (scored.Schema.GetColumnOrNull(name) is not { } column)
        {
            throw new ArgumentException(
                $"There is no p-value column '{name}' among "
                + $"{string.Join(", ", scored.Schema.Where(c => !c.IsHidden).Select(c => $"'{c.Name}'"))}. Pass the output of a "
                + "flow's Transform, or name its column.");
        }

        if (!column.Type.Equals(NumberDataViewType.Single))
        {
            throw new ArgumentException(
                $"Column '{name}' is {column.Type}, but p-values are Single. Pass the output of a flow's Transform.");
        }

        var values = new List<float>();
        long missing = 0;
        using DataViewRowCursor cursor = scored.GetRowCursor([column]);
        ValueGetter<float> read = cursor.GetGetter<float>(column);
        float value = 0;
        while (cursor.MoveNext())
        {
            read(ref value);
            if (float.IsNaN(value))
                missing++;
            else if (value is >= 0 and <= 1)
                values.Add(value);
            else
                throw new ArgumentException(
                    $"Row {cursor.Position} has {value} in column '{name}', but a p-value is in [0, 1], or NaN where it is "
                    + "missing. Name the p-value column of the flow.");
        }

        return ([.. values], missing);
    }
}
