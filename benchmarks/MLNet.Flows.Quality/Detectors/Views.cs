using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Quality.Detectors;

/// <summary>Rows as ML.NET reads them.</summary>
internal static class Views
{
    public static IDataView Of(MLContext context, float[][] rows)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Length);
        return context.Data.LoadFromEnumerable(rows.Select(row => new Row { Features = row }), schema);
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];
    }
}
