using Microsoft.ML;
using MLNet.Flows.Tool.Models;
using MLNet.Flows.Tool.Output;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Reports;

/// <summary>All that the report of a model on a table shows.</summary>
internal sealed record Report
{
    private const string LabelName = ModelInputs.OwnPrefix + "label";

    public required string ModelPath { get; init; }

    public required string DataName { get; init; }

    public required ModelSummary Model { get; init; }

    public required ScoreSurvey Data { get; init; }

    /// <summary>Of the rows that the model was trained on; null where they were not given.</summary>
    public required ScoreSurvey? Training { get; init; }

    /// <summary>Null without labels.</summary>
    public required FlowMetrics? Metrics { get; init; }

    public required StrangestRows Strangest { get; init; }

    /// <summary>Null where drift cannot be told.</summary>
    public required DriftReport? Drift { get; init; }

    /// <summary>Why it cannot.</summary>
    public required string? WithoutDrift { get; init; }

    /// <param name="mlContext">The context.</param>
    /// <param name="file">The model.</param>
    /// <param name="table">The rows to report on.</param>
    /// <param name="training">The rows that the model was trained on; null for none.</param>
    /// <param name="label">The expression of the label; null for none.</param>
    /// <param name="top">How many of the strangest rows to explain.</param>
    /// <param name="progress">Receives what is done.</param>
    public static Report Of(
        MLContext mlContext,
        ModelFile file,
        Table table,
        Table? training,
        string? label,
        int top,
        Progress.Report progress)
    {
        IDataView rows = ModelInputs.Rows(
            file, table, label is null ? [] : [(LabelName, true, label)]);
        IDataView scored = file.Model.Transform(rows);
        progress(null, "scores");
        var survey = ScoreSurvey.Of(scored, file.Flow);
        if (survey.Rows == 0)
            throw new InputException($"{table.Name} has no rows, only names. Give a file with rows.");
        progress(null, "training rows");
        ScoreSurvey? trained = training is null
            ? null
            : ScoreSurvey.Of(file.Model.Transform(ModelInputs.Rows(file, training, [])), file.Flow);
        progress(null, "labels");
        FlowMetrics? metrics = label is null
            ? null
            : mlContext.Flows.Evaluate(
                scored,
                LabelName,
                file.Flow.ScoreColumnName,
                file.Flow.PredictedLabelColumnName,
                logLikelihoodColumnName: file.Flow.LogLikelihoodColumnName);
        progress(null, "drift");
        (DriftReport? drift, string? without) = CheckDrift(mlContext, file, rows);
        return new Report
        {
            ModelPath = file.Path,
            DataName = table.Name,
            Model = ModelSummary.Of(file),
            Data = survey,
            Training = trained,
            Metrics = metrics,
            Strangest = StrangestRows.Find(mlContext, file, table, top, numberOfFeatures: 5, progress),
            Drift = drift,
            WithoutDrift = without,
        };
    }

    private static (DriftReport?, string?) CheckDrift(MLContext mlContext, ModelFile file, IDataView rows)
    {
        try
        {
            return (mlContext.Flows.CheckDrift(file.Model, rows), null);
        }
        // Too few rows, or a model told that its training rows hold anomalies: the rest of the report stands.
        catch (Exception error) when (error is InvalidOperationException { InnerException: null }
            || error.GetType() == typeof(ArgumentException))
        {
            return (null, DriftCheck.InShell(error.Message));
        }
    }
}
