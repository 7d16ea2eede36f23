using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tool.Models;

/// <summary>A model as loaded: an ML.NET model that holds a flow.</summary>
/// <param name="Path">The file.</param>
/// <param name="Model">All of it.</param>
/// <param name="Flow">Its last flow.</param>
/// <param name="InputSchema">The columns that it was trained on.</param>
internal sealed record ModelFile(string Path, ITransformer Model, FlowTransformer Flow, DataViewSchema InputSchema)
{
    /// <summary>What this program calls the flow: the transformer's name.</summary>
    public string FlowName => Flow.GetType().Name.Replace("Transformer", "");

    /// <summary>The features' names, of the columns that were put together.</summary>
    public IReadOnlyList<string> FeatureNames => Slots(Flow.FeatureColumnName);

    /// <exception cref="InputException">The file is missing, damaged, no ML.NET model, or one without a flow.</exception>
    public static ModelFile Load(MLContext mlContext, string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException(
                Directory.Exists(path)
                    ? $"'{path}' is a folder. Give a model file."
                    : $"There is no model '{path}'. Train one by 'mlflows train'.");
        }

        ITransformer model;
        DataViewSchema schema;
        try
        {
            model = mlContext.Model.Load(path, out schema);
        }
        // ML.NET wraps faults of damaged files in several ways.
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new InputException(
                $"'{path}' is no model that can be loaded: {error.GetBaseException().Message}", error);
        }

        try
        {
            return new ModelFile(path, model, model.FindFlow(), schema);
        }
        catch (ArgumentException error)
        {
            throw new InputException(
                $"'{path}' is an ML.NET model, but there is no flow in it. Train one by 'mlflows train'.", error);
        }
    }

    /// <summary>The same model with another share of normal rows that alarm.</summary>
    public ModelFile WithFalseAlarmRate(double rate)
    {
        ITransformer model = Model.WithFalseAlarmRate(rate);
        return this with { Model = model, Flow = model.FindFlow() };
    }

    private string[] Slots(string? columnName)
    {
        if (columnName is null)
            return [];
        DataViewSchema? outputs = InputSchema is null ? null : Model.GetOutputSchema(InputSchema);
        if (outputs?.GetColumnOrNull(columnName) is not { } found || !found.HasSlotNames())
            return [.. Enumerable.Range(0, Flow.FeatureCount).Select(i => $"{columnName}[{i}]")];
        VBuffer<ReadOnlyMemory<char>> names = default;
        found.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
