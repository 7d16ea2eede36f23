using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Schema;
using MLNet.Flows.Transformers;

namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>Which features make a row strange: the largest contributions to its Score, by name.</summary>
    /// <remarks>Integrated gradients from a likely point of the density (the center of its heaviest component) to the row. Costs
    /// a few hundred scorings.</remarks>
    /// <typeparam name="TRow">The class of the model's input rows, as for a PredictionEngine.</typeparam>
    /// <param name="model">A flow or a chain that ends in one, fitted or loaded.</param>
    /// <param name="row">The row.</param>
    /// <param name="numberOfFeatures">How many features to return, at least 1; default 5.</param>
    /// <param name="schemaDefinition">How the class becomes columns, such as the size of an array property; null (the default)
    /// for its attributes.</param>
    /// <returns>The features that add most to Score, the largest first; of a row that alarms because features are missing or
    /// infinite, those.</returns>
    /// <exception cref="ArgumentException">The model holds no flow, a column is missing or of the wrong type, or the row has
    /// another number of values.</exception>
    public IReadOnlyList<FeatureContribution> Explain<TRow>(
        ITransformer model, TRow row, int numberOfFeatures = 5, SchemaDefinition? schemaDefinition = null)
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(row);
        return ExplainRows(model, _mlContext.Data.LoadFromEnumerable([row], schemaDefinition), numberOfFeatures).Single();
    }

    /// <summary>Which features make each row strange, row by row, lazily.</summary>
    /// <param name="model">A flow or a chain that ends in one, fitted or loaded.</param>
    /// <param name="data">The model's input, such as the rows with an alarm.</param>
    /// <param name="numberOfFeatures">How many features to return per row, at least 1; default 5.</param>
    /// <returns>Per row, the features that add most to Score, the largest first; of a row that alarms because features are
    /// missing or infinite, those.</returns>
    /// <exception cref="ArgumentException">The model holds no flow, a column is missing or of the wrong type, or a row has
    /// another number of values.</exception>
    public IEnumerable<IReadOnlyList<FeatureContribution>> ExplainRows(
        ITransformer model, IDataView data, int numberOfFeatures = 5)
    {
        ArgumentNullException.ThrowIfNull(data);
        FlowChain chain = FlowChain.Of(model);
        FlowTransformer.CheckCount(numberOfFeatures, nameof(numberOfFeatures));
        IDataView prepared = chain.Prepare(data);
        chain.Flow.GetOutputSchema(prepared.Schema);
        DataViewSchema.Column features = prepared.Schema[chain.Flow.FeatureColumnName];
        string[]? names = FeatureColumn.SlotNames(features);
        return Explain(chain.Flow, prepared, features, names, numberOfFeatures);
    }

    private static IEnumerable<IReadOnlyList<FeatureContribution>> Explain(
        FlowTransformer flow, IDataView data, DataViewSchema.Column features, string[]? names, int numberOfFeatures)
    {
        DataViewSchema.Column? context = flow.ContextColumnName is string name ? data.Schema[name] : null;
        using DataViewRowCursor cursor = data.GetRowCursor(
            new DataViewSchema.Column?[] { features, context }.OfType<DataViewSchema.Column>());
        ValueGetter<VBuffer<float>> read = FeatureColumn.Reader(cursor, features, flow.FeatureCount);
        ValueGetter<VBuffer<float>>? readContext =
            context is null ? null : FeatureColumn.Reader(cursor, context.Value, flow.ContextCount);
        VBuffer<float> row = default, given = default;
        while (cursor.MoveNext())
        {
            read(ref row);
            readContext?.Invoke(ref given);
            yield return flow.Explain([.. row.DenseValues()], [.. given.DenseValues()], numberOfFeatures, names);
        }
    }
}
