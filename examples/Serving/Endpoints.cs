using System.Globalization;
using MLNet.Flows;

namespace Serving;

/// <summary>What the service answers.</summary>
internal static class Endpoints
{
    public static void MapScoring(this WebApplication app)
    {
        app.MapPost("/score", async (HttpRequest request, ModelStore models) =>
        {
            ServedModel model = models.Current;
            FeatureRow[] rows = await RequestRows.ReadAsync(request, model.FeatureCount);
            return new ScoreAnswer(model.Hash, model.Score(rows).Select(ScoredRow.Of));
        });

        app.MapPost("/alarms", async (HttpRequest request, ModelStore models) =>
        {
            ServedModel model = models.Current;
            double rate = FalseDiscoveryRate(request.Query["falseDiscoveryRate"]);
            RowScore[] scores = model.Score(await RequestRows.ReadAsync(request, model.FeatureCount));
            (AlarmSelection selection, SelectedRow[] selected) = model.Select(scores, rate);
            return new AlarmsAnswer(
                model.Hash,
                rate,
                selection.AlarmCount,
                selection.MissingCount,
                selection.Threshold,
                scores.Zip(selected, AlarmRow.Of));
        });
    }

    public static void MapOperations(this WebApplication app)
    {
        app.MapGet("/health", () => "healthy");
        app.MapGet("/model", (ModelStore models) => models.Describe());
        app.MapPost("/reload", (ModelStore models) => models.Reload()
            ? Results.Ok(models.Describe())
            : Results.Problem(
                $"{models.LastFailure?.Message} Still serving {models.Current.Hash}.",
                statusCode: StatusCodes.Status409Conflict));
        app.MapGet("/drift", (ModelStore models) => Drift(models.Current));
        app.MapPost("/drift/reset", (ModelStore models) =>
        {
            ServedModel model = models.Current;
            model.ResetMonitor();
            return Drift(model);
        });
    }

    private static DriftAnswer Drift(ServedModel model)
    {
        DriftMonitor monitor = model.Monitor;
        return new DriftAnswer(
            model.Hash,
            monitor.IsAlarm,
            monitor.AlarmRow,
            monitor.Capital,
            monitor.HighestCapital,
            1 / monitor.Significance,
            monitor.RowCount,
            monitor.MissingCount,
            monitor.CalibrationRowCount);
    }

    private static double FalseDiscoveryRate(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return 0.1;
        return double.TryParse(text, CultureInfo.InvariantCulture, out double rate) && rate is > 0 and < 1
            ? rate
            : throw new BadHttpRequestException(
                $"falseDiscoveryRate is '{text}', but it is a number between 0 and 1, such as 0.1.");
    }
}
