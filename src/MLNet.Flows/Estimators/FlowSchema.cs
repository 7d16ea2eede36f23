using Microsoft.ML;
using MLNet.Flows.Interop;
using MLNet.Flows.Schema;

namespace MLNet.Flows.Estimators;

/// <summary>The shape of what any flow delivers, before it is fitted.</summary>
internal static class FlowSchema
{
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public static SchemaShape Of(SchemaShape input, FlowOptions options)
    {
        if (options.FeatureColumnName is string features)
            FeatureColumn.CheckShape(input, features);
        foreach (string categorical in options.CategoricalColumnNames)
            CategoricalColumn.CheckShape(input, categorical);
        if (options.ContextColumnName is string context)
            FeatureColumn.CheckShape(input, context, "context");
        if (options.ExampleWeightColumnName is string weight)
            FeatureColumn.CheckWeightShape(input, weight);
        var columns = input.ToDictionary(column => column.Name);
        var added = new List<SchemaShape.Column>
        {
            FlowSchemaShape.Single(options.LogLikelihoodColumnName),
            FlowSchemaShape.Score(options.ScoreColumnName),
            FlowSchemaShape.Single(options.PValueColumnName),
            FlowSchemaShape.PredictedLabel(options.PredictedLabelColumnName),
        };
        if (options.LatentColumnName is string latent)
            added.Add(FlowSchemaShape.Vector(latent));
        if (options.FeatureContributionsColumnName is string contributions)
            added.Add(options.CategoricalColumnNames.Length > 0
                ? FlowSchemaShape.NamedVector(contributions)
                : FlowSchemaShape.Vector(contributions, columns[options.FeatureColumnName!]));
        foreach (SchemaShape.Column column in added)
            columns[column.Name] = column;
        return new SchemaShape(columns.Values);
    }
}
