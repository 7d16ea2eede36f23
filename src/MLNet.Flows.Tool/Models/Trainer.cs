using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.Flows.Tool.Output;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Models;

/// <summary>Trains a model on a table.</summary>
internal static class Trainer
{
    /// <exception cref="InputException">The files or columns cannot be used.</exception>
    /// <exception cref="OperationCanceledException">Stopped before there was a flow to keep.</exception>
    public static TrainedModel Train(TrainingRequest request, Progress.Report report)
    {
        FlowSettings settings = request.Settings;
        // The recipe decides how long its members train.
        if (request.Flow == FlowChoice.Default && settings.MaximumSteps is not null)
            throw new InputException("--steps goes with a single flow. Add --flow planar, or another of them.");
        report(null, "reading columns");
        Table table = Table.Open(request.Data, request.DecimalComma, settings.Cancellation);
        ColumnRoles roles = ColumnRoles.Find(table, request.Label, request.Ignored, request.Categories, request.Context);
        TableView rows = TrainingPipeline.Rows(table, roles);

        var mlContext = new MLContext(settings.Seed);
        List<string> warnings = [.. RowNumbers.Warnings(table, roles)];
        mlContext.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning)
                warnings.Add(message.RawMessage);
            // That not all rows trained is no detail here; the library knows of its option's name alone.
            else if (message.RawMessage.StartsWith("Training takes a random sample", StringComparison.Ordinal))
                warnings.Add(message.RawMessage.Split(", as many as ")[0] + "; --max-rows sets how many.");
        };
        bool hasContext = roles.ContextNumbers.Count + roles.ContextCategories.Count > 0;
        string features = TrainingPipeline.FreeName(table, "Features");
        string context = TrainingPipeline.FreeName(table, "Context");
        IEstimator<ITransformer> flow = FlowChoice.Create(mlContext, request.Flow, settings with
        {
            FeatureColumnName = roles.Features.Count > 0 ? features : null,
            CategoricalColumnNames = [.. roles.Categories.Select(column => column.Name)],
            ContextColumnName = hasContext ? context : null,
            Progress = new FitReports(report),
        });
        report(null, "reading rows");
        EstimatorChain<ITransformer> preparation =
            TrainingPipeline.Preparation(mlContext, table, roles, features, context, request.FillGaps);
        ITransformer model = Fit(preparation.Append(flow), rows, () => Gaps.In(table, roles, request.FillGaps));
        if (model.FindFlow().History.RowsSkipped > 0)
        {
            // The library knows of the column that the features are put together in alone.
            warnings.RemoveAll(warning => warning.StartsWith("Skipped ", StringComparison.Ordinal));
            warnings.Add(Gaps.In(table, roles, request.FillGaps).InOneLine());
        }

        return new TrainedModel(mlContext, model, rows.Schema, warnings);
    }

    private static ITransformer Fit(IEstimator<ITransformer> estimator, TableView rows, Func<Gaps> find)
    {
        try
        {
            return estimator.Fit(rows);
        }
        catch (InvalidOperationException error)
        {
            Gaps gaps = find();
            if (gaps.Whole > 0)
                throw;
            throw new InputException($"There is no row to train on: {gaps.InOneLine()}", error);
        }
    }

    private sealed class FitReports(Progress.Report report) : IProgress<FitProgress>
    {
        public void Report(FitProgress value)
        {
            double within = value.MaximumSteps == 0 ? 1 : (double)value.Step / value.MaximumSteps;
            string fit = double.IsNaN(value.ValidationLogLikelihood)
                ? FormattableString.Invariant($"log-likelihood {value.TrainLogLikelihood:F3} nats")
                : FormattableString.Invariant($"held-out log-likelihood {value.ValidationLogLikelihood:F3} nats");
            string which = value.FlowName is null ? "" : $"{value.FlowName} ({value.Flow + 1} of {value.Flows}), ";
            report(
                (value.Flow + within) / value.Flows,
                FormattableString.Invariant($"{which}step {value.Step:N0} of {value.MaximumSteps:N0}, {fit}"));
        }
    }
}
