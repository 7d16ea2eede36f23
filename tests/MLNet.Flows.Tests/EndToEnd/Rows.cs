using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.EndToEnd;

/// <summary>Small data views made in tests.</summary>
internal static class Rows
{
    public sealed class Row
    {
        public float[] Features { get; set; } = [];

        public float Weight { get; set; } = 1;
    }

    public static IDataView View(
        MLContext context, IReadOnlyList<float[]> features, float[]? weights = null, int? dimension = null)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(
            NumberDataViewType.Single, dimension ?? features[0].Length);
        return context.Data.LoadFromEnumerable(
            features.Select((f, i) => new Row { Features = f, Weight = weights?[i] ?? 1 }), schema);
    }

    /// <summary>Correlated normal rows: column 0 standard, each next one half the last plus noise.</summary>
    public static float[][] Normal(int count, int dimension, int seed = 1)
    {
        var random = new MLNet.Flows.Numerics.RandomStream(seed, 99);
        var rows = new float[count][];
        for (int i = 0; i < count; i++)
        {
            rows[i] = new float[dimension];
            double last = 0;
            for (int j = 0; j < dimension; j++)
                rows[i][j] = (float)(last = 0.5 * last + random.NextGaussian());
        }

        return rows;
    }

    public static float[] Scores(ITransformer model, IDataView data) => [.. model.Transform(data).GetColumn<float>("Score")];
}
