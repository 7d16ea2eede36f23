namespace ServingLoad;

// The parts of the service's answers that are checked.

internal sealed record ScoreAnswer(string Model, ScoredRow[] Rows);

internal sealed record ScoredRow(float? LogLikelihood, float? Score, float? PValue, float? QValue, bool IsAlarm);

internal sealed record ModelAnswer(string Model, int Reloads, LoadFailure? LastFailure);

internal sealed record LoadFailure(string Message);

internal sealed record DriftAnswer(bool IsAlarm, long Rows);

internal sealed record Problem(int Status, string Detail);
