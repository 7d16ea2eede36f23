namespace MLNet.Flows.Tool.Models;

/// <summary>How many rows were scored.</summary>
/// <param name="Rows">All.</param>
/// <param name="Alarms">Of them with an alarm.</param>
/// <param name="Unscored">Of them without a score, because a number is missing or infinite: they alarm.</param>
internal sealed record ScoredRows(long Rows, long Alarms, long Unscored)
{
    public string InOneLine(string path) => FormattableString.Invariant($"{path}: {Rows:N0} rows, {Alarms:N0} alarms")
        + (Unscored > 0 ? FormattableString.Invariant($" ({Unscored:N0} of them rows with gaps)") : "") + ".";
}
