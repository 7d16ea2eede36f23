using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Model;

namespace MLNet.Flows.Onnx;

/// <summary>Writes categorical columns: from text or keys to codes, and from codes to the logarithms of shares.</summary>
/// <remarks>The code behind the last stands for all values that were not seen.</remarks>
internal static class CategoryGraph
{
    /// <summary>The codes of each slot, Int64 [n, 1].</summary>
    /// <param name="source">The column in training.</param>
    /// <param name="column">[n, slots] of text or keys.</param>
    public static IEnumerable<OnnxValue> Codes(CategoricalSource source, OnnxValue column)
    {
        OnnxValue values = source.Keys is null ? column : column.ToInt64();
        for (int i = 0; i < source.Slots.Length; i++)
        {
            CategoryDictionary slot = source.Slots[i];
            int[] codes = [.. Enumerable.Range(CategoryCode.Missing, slot.Count + 1)];
            yield return (source.Slots.Length == 1 ? values : values.Columns([i])).MachineLearning(
                "LabelEncoder",
                source.Keys is null
                    ? ("keys_strings", Array.ConvertAll(codes, slot.Text))
                    : ("keys_int64s", Array.ConvertAll(codes, code => (long)slot.Key(code))),
                ("values_int64s", Array.ConvertAll(codes, code => (long)code)),
                ("default_int64", (long)codes.Length));
        }
    }

    /// <summary>[n, M], log p(c | k).</summary>
    public static OnnxValue LogShares(CategoryTables tables, OnnxRows rows)
    {
        OnnxValue? sum = null;
        for (int j = 0; j < tables.Columns; j++)
        {
            CategoryColumn column = tables.Each[j];
            OnnxValue table = rows.Zero.Constant(Table(column), column.Codes + 1, column.Components);
            OnnxValue shares = table.Rows(rows.Categories[j]);
            sum = sum is OnnxValue others ? others + shares : shares;
        }

        return sum!.Value;
    }

    // [codes and unseen, M].
    private static float[] Table(CategoryColumn column)
    {
        int components = column.Components;
        var table = new float[checked((column.Codes + 1) * components)];
        for (int code = 0; code <= column.Codes; code++)
        {
            float common = 0;
            Span<float> row = table.AsSpan(code * components, components);
            column.AddLogShares(code == column.Codes ? CategoryCode.Unseen : code, row, ref common);
            foreach (ref float share in row)
                share += common;
        }

        return table;
    }
}
