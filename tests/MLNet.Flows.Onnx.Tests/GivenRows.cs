using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Onnx.Tests;

/// <summary>Views of rows that are given something.</summary>
internal static class GivenRows
{
    public static IDataView View(MLContext context, float[][] features, float[][] given)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features[0].Length);
        if (given[0].Length == 0)
            schema.Remove(schema[nameof(Row.Given)]);
        else
            schema[nameof(Row.Given)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, given[0].Length);
        return context.Data.LoadFromEnumerable(
            features.Select((row, i) => new Row { Features = row, Given = given[i] }), schema);
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public float[] Given { get; set; } = [];
    }
}
