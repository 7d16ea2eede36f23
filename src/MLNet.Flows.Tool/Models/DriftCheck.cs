using Microsoft.ML;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Models;

/// <summary>Compares rows with those that a model knows, or with rows known to be normal.</summary>
internal static class DriftCheck
{
    public const string Remedy = "Give files of rows known to be normal to 'mlflows drift' by --normal.";

    /// <param name="mlContext">The context.</param>
    /// <param name="file">The model.</param>
    /// <param name="table">The rows.</param>
    /// <param name="normal">Rows to compare with instead of the training rows; null for none.</param>
    /// <param name="significance">Below which there is drift.</param>
    /// <exception cref="InputException">The training rows held anomalies, and no normal rows are given.</exception>
    public static DriftReport Run(MLContext mlContext, ModelFile file, Table table, Table? normal, double significance)
    {
        ITransformer model = normal is null ? file.Model : file.Model.Recalibrate(ModelInputs.Rows(file, normal, []));
        try
        {
            return mlContext.Flows.CheckDrift(model, ModelInputs.Rows(file, table, []), significance);
        }
        catch (InvalidOperationException error) when (InShell(error.Message) is var worded && worded != error.Message)
        {
            throw new InputException(worded, error);
        }
    }

    /// <summary>What the library says, with the remedy of the shell in place of that of a program.</summary>
    public static string InShell(string message)
    {
        int remedy = message.IndexOf("Call model.Recalibrate(", StringComparison.Ordinal);
        return remedy < 0 ? message : message[..remedy] + Remedy;
    }
}
