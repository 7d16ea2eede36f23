using MLNet.Flows.Distributions;

namespace MLNet.Flows.Estimators.Members;

/// <summary>What the trainings of a fit gave.</summary>
/// <param name="Density">The flow, of all members that were trained.</param>
/// <param name="History">The first member's course, the recoveries of all, and whether the caller cancelled any of the
/// trainings.</param>
internal sealed record TrainedMembers(FlowDensity Density, TrainingHistory History)
{
    /// <summary>For each fold the flow that was trained without it; empty where none was asked for, or where not all of them were
    /// trained.</summary>
    public FlowDensity[] WithoutFold { get; init; } = [];

    /// <summary>Why there are none where some were asked for; null if nothing was wrong.</summary>
    public string? FoldFault { get; init; }

    /// <summary>The same flows, where a category's unseen value makes a row less likely than all of these.</summary>
    /// <param name="logLikelihoods">Of the rows, under the flow.</param>
    public TrainedMembers WithUnseenBelow(float[] logLikelihoods) => this with
    {
        Density = Density.WithUnseenBelow(logLikelihoods),
        WithoutFold = Array.ConvertAll(WithoutFold, flow => flow.WithUnseenBelow(logLikelihoods)),
    };
}
