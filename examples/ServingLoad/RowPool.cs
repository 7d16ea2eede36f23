using System.Globalization;
using Microsoft.ML;

namespace ServingLoad;

/// <summary>The rows that requests are made of: of the space shuttle, with fractions added; some miss a value.</summary>
internal sealed class RowPool
{
    private const int Count = 5_000;
    private readonly string[] _json;

    public RowPool(MLContext mlContext)
    {
        IDataView all = mlContext.Data.LoadFromTextFile<Row>(
            Path.Combine(AppContext.BaseDirectory, "data", "shuttle.csv"), ',', hasHeader: true);
        Rows = [.. mlContext.Data.CreateEnumerable<Row>(all, reuseRowObject: false)];
        var random = new Random(1);
        random.Shuffle(Rows);
        Rows = Rows[..Count];
        for (int i = 0; i < Count; i++)
        {
            foreach (ref float value in Rows[i].Features.AsSpan())
                value += random.NextSingle();
            if (i % 50 == 0)
                Rows[i].Features[random.Next(9)] = float.NaN;
        }

        _json = [.. Rows.Select(row => $"[{string.Join(',', row.Features.Select(Json))}]")];
    }

    public Row[] Rows { get; }

    /// <summary>A request's rows, from one on.</summary>
    public string Json(int start, int count) => $"[{string.Join(',', _json, start, count)}]";

    private static string Json(float value) => float.IsNaN(value) ? "null" : value.ToString("R", CultureInfo.InvariantCulture);
}
