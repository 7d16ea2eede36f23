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
        using var model = new MemoryStream();
        try
        {
            MlContext.Model.Save(Model, Schema, model);
        }
        // ML.NET writes its parts to temporary files; this is how .NET says that one may not grow further.
        catch (ArgumentOutOfRangeException error)
        {
            throw new IOException(error.Message, error);
        }

        using FileStream file = File.Create(path);
        model.WriteTo(file);
    }

    public ModelSummary Summary(string path) => ModelSummary.Of(new ModelFile(path, Model, Model.FindFlow(), Schema));
}
