using Microsoft.ML;

namespace MLNet.Flows.Tool.Models;

/// <summary>A model as trained.</summary>
/// <param name="MlContext">The context that it was trained in.</param>
/// <param name="Model">All of it.</param>
/// <param name="Schema">The columns that it reads.</param>
/// <param name="Warnings">What the training warned of.</param>
internal sealed record TrainedModel(
    MLContext MlContext, ITransformer Model, DataViewSchema Schema, IReadOnlyList<string> Warnings)
{
    public void Save(string path)
    {
        // A path given to ML.NET is opened at once for what it writes in parts.
        using FileStream stream = File.Create(path);
        MlContext.Model.Save(Model, Schema, stream);
    }

    public ModelSummary Summary(string path) => ModelSummary.Of(new ModelFile(path, Model, Model.FindFlow(), Schema));
}
