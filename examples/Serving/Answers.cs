namespace Serving;

// What endpoints answer, as JSON. Each answer names the model that it comes from; values that a row with a missing feature does
// not have are null.

internal sealed record ScoreAnswer(string Model, IEnumerable<ScoredRow> Rows);

internal sealed record ScoredRow(float? LogLikelihood, float? Score, float? PValue, bool IsAlarm)
{
    public static ScoredRow Of(RowScore row) => new(
        Number(row.LogLikelihood), Number(row.Score), Number(row.PValue), row.PredictedLabel);

    public static float? Number(float value) => float.IsNaN(value) ? null : value;
}

internal sealed record AlarmsAnswer(
    string Model,
    double FalseDiscoveryRate,
    long AlarmCount,
    long MissingCount,
    double Threshold,
    IEnumerable<AlarmRow> Rows);

internal sealed record AlarmRow(float? LogLikelihood, float? Score, float? PValue, float? QValue, bool IsAlarm)
{
    public static AlarmRow Of(RowScore row, SelectedRow selected) => new(
        ScoredRow.Number(row.LogLikelihood),
        ScoredRow.Number(row.Score),
        ScoredRow.Number(row.PValue),
        ScoredRow.Number(selected.QValue),
        selected.PredictedLabel);
}

internal sealed record DriftAnswer(
    string Model,
    bool IsAlarm,
    long? AlarmRow,
    double Capital,
    double HighestCapital,
    double AlarmsAt,
    long Rows,
    long MissingRows,
    long CalibrationRows);

internal sealed record ModelAnswer(
    string Model,
    string File,
    DateTime FileTime,
    DateTime LoadedAt,
    int Features,
    long TrainedRows,
    double FalseAlarmRate,
    int Reloads,
    LoadFailure? LastFailure);

internal sealed record LoadFailure(DateTime Time, string? File, string Message);
