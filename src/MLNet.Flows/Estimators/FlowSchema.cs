using Microsoft.ML;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;
using MLNet.Flows.Schema;

namespace MLNet.Flows.Estimators;

/// <summary>The shape of what any flow delivers, before it is fitted.</summary>
internal static class FlowSchema
{
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public static SchemaShape Of(
        SchemaShape input, FlowColumnNames names, string[] categoricalColumnNames, string? weightColumnName)
    {
        if (names.Features is string features)
            FeatureColumn.CheckShape(input, features);
        foreach (string categorical in categoricalColumnNames)
            CategoricalColumn.CheckShape(input, categorical);
        if (names.Context is string context)
            FeatureColumn.CheckShape(input, context, "context");
        if (weightColumnName is string weight)
            FeatureColumn.CheckWeightShape(input, weight);
        var columns = input.ToDictionary(column => column.Name);
        var added = new List<SchemaShape.Column>
        {
            FlowSchemaShape.Single(names.LogLikelihood),
            FlowSchemaShape.Score(names.Score),
            FlowSchemaShape.Single(names.PValue),
            FlowSchemaShape.PredictedLabel(names.PredictedLabel),
        };
        if (names.Latent is string latent)
            added.Add(FlowSchemaShape.Vector(latent));
        if (names.FeatureContributions is string contributions)
            added.Add(categoricalColumnNames.Length > 0
                ? FlowSchemaShape.NamedVector(contributions)
                : FlowSchemaShape.Vector(contributions, columns[names.Features!]));
        foreach (SchemaShape.Column column in added)
            columns[column.Name] = column;
        return new SchemaShape(columns.Values);
    }
}
