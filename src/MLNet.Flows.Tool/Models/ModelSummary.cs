namespace MLNet.Flows.Tool.Models;

/// <summary>What is in a model.</summary>
internal sealed record ModelSummary
{
    public required string Flow { get; init; }

    /// <summary>The flows of a consensus; empty for a single flow.</summary>
    public required IReadOnlyList<string> Members { get; init; }

    public required IReadOnlyList<string> Numbers { get; init; }

    public required IReadOnlyList<string> Categories { get; init; }

    /// <summary>The columns that rows are judged given.</summary>
    public required IReadOnlyList<string> Context { get; init; }

    public required long RowsTrained { get; init; }

    /// <summary>Rows with a missing or infinite number.</summary>
    public required long RowsLeftOut { get; init; }

    public required double FalseAlarmRate { get; init; }

    public required TrainingStopReason StopReason { get; init; }

    /// <summary>The best mean log-likelihood of rows held out, in nats; NaN without any. Of a consensus, its first
    /// member's.</summary>
    public required double HeldOutLogLikelihood { get; init; }

    public required IReadOnlyList<TrainingPoint> History { get; init; }

    public static ModelSummary Of(ModelFile file)
    {
        FlowTransformer flow = file.Flow;
        IReadOnlyList<ConsensusMember> members = flow is ConsensusTransformer consensus ? consensus.Members : [];
        TrainingPoint[] history =
        [
            .. flow.History.Progress.Select(point => new TrainingPoint(
                point.Step, point.Epoch, point.TrainLogLikelihood, point.ValidationLogLikelihood)),
        ];
        return new ModelSummary
        {
            Flow = file.FlowName,
            Members = [.. members.Select(member => member.Name)],
            Numbers = file.FeatureNames,
            Categories = flow.CategoricalColumnNames,
            Context = ModelInputs.ContextOf(file),
            RowsTrained = flow.History.RowsUsed,
            RowsLeftOut = flow.History.RowsSkipped,
            FalseAlarmRate = flow.FalseAlarmRate,
            // The consensus of a fit that was stopped may have members that ended before.
            StopReason = members.Any(member => member.History.StopReason == TrainingStopReason.Cancelled)
                ? TrainingStopReason.Cancelled
                : flow.History.StopReason,
            HeldOutLogLikelihood = history.Length == 0 ? double.NaN : history.Max(point => point.HeldOutLogLikelihood),
            History = history,
        };
    }

    public string InOneLine(string path) => FormattableString.Invariant(
        $"{path}: {FlowWords} of {ColumnWords}, trained on {RowsTrained:N0} rows{LeftOut}; false-alarm rate {FalseAlarmRate}.");

    public string FlowWords => Members.Count > 0 ? $"{Flow} ({string.Join(", ", MemberWords)})" : Flow;

    private IEnumerable<string> MemberWords =>
        Members.GroupBy(name => name).Select(same => same.Count() == 1 ? same.Key : $"{same.Count()} {same.Key}");

    private string LeftOut => RowsLeftOut > 0 ? FormattableString.Invariant($" ({RowsLeftOut:N0} with gaps left out)") : "";

    private string ColumnWords
    {
        get
        {
            string[] parts =
            [
                .. new[] { Words(Numbers.Count, "number"), Words(Categories.Count, "category") }.OfType<string>(),
            ];
            string given = Words(Context.Count, "column") is string columns ? $" given {columns}" : "";
            return string.Join(" and ", parts) + given;
        }
    }

    private static string? Words(int count, string one) => count switch
    {
        0 => null,
        1 => $"1 {one}",
        _ => $"{count} {(one.EndsWith('y') ? one[..^1] + "ies" : one + "s")}",
    };
}
