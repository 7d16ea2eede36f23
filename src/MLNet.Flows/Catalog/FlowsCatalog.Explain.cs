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
    /// <example>
    /// <code>
    /// var strange = new Reading { Temperature = 20, Pressure = 1100 };
    /// foreach (FeatureContribution feature in mlContext.Flows.Explain(model, strange, numberOfFeatures: 3))
    ///     Console.WriteLine($"{feature.Name} = {feature.Value} adds {feature.Contribution:F1} nats");
    /// </code>
    /// </example>
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
    /// <example>
    /// <code>
    /// foreach (IReadOnlyList&lt;FeatureContribution> features in mlContext.Flows.ExplainRows(model, today, 2))
    ///     Console.WriteLine($"{features[0].Name} and {features[1].Name} add most");
    /// </code>
    /// </example>
    public IEnumerable<IReadOnlyList<FeatureContribution>> ExplainRows(
        ITransformer model, IDataView data, int numberOfFeatures = 5)
    {
        ArgumentNullException.ThrowIfNull(data);
        FlowChain chain = FlowChain.Of(model);
        FlowTransformer.CheckCount(numberOfFeatures, nameof(numberOfFeatures));
        IDataView prepared = chain.Prepare(data);
        chain.Flow.GetOutputSchema(prepared.Schema);
        return Explain(chain.Flow, prepared, numberOfFeatures);
    }

    private static IEnumerable<IReadOnlyList<FeatureContribution>> Explain(
        FlowTransformer flow, IDataView data, int numberOfFeatures)
    {
        var bindings = new FlowBindings(flow.Model, data.Schema);
        string[]? names = bindings.Features is DataViewSchema.Column features ? FeatureColumn.SlotNames(features) : null;
        using DataViewRowCursor cursor = data.GetRowCursor(bindings.Inputs());
        var row = new RowScorer(cursor, bindings);
        while (cursor.MoveNext())
        {
            IReadOnlyList<FeatureContribution> found =
                flow.Explain(row.Features(), row.Context(), row.Categories(), numberOfFeatures, names);
            yield return found;
        }
    }
}
