namespace MLNet.Flows.Estimators.Consensus;

/// <summary>Passes a member's reports on to who asked for them, and remembers what those threw.</summary>
/// <param name="own">The member's; null for none.</param>
/// <param name="whole">The consensus's, which are told whose a report is; null for none.</param>
/// <param name="member">Counted from 0.</param>
/// <param name="members">How many there are.</param>
/// <param name="name">The member's.</param>
internal sealed class MemberReports(
    IProgress<FitProgress>? own, IProgress<FitProgress>? whole, int member, int members, string name) : IProgress<FitProgress>
{
    /// <summary>What a receiver threw; null if nothing.</summary>
    public Exception? Fault { get; private set; }

    public void Report(FitProgress value)
    {
        try
        {
            own?.Report(value);
            whole?.Report(value with { Flow = member, Flows = members, FlowName = name });
        }
        catch (Exception fault)
        {
            Fault = fault;
            throw;
        }
    }
}
