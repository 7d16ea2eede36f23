namespace MLNet.Flows;

/// <summary>One report from a fit: how far all its trainings are, and how well the member fits that reports.</summary>
/// <remarks>A fit trains the members of the flow and, where p-values need it, those of flows without a part of the rows
/// (<see cref="FlowOptions.CalibrationFolds"/>), some of them side by side. Reports come one at a time, from the threads that
/// train. <see cref="TrainingHistory"/> keeps the first member's own course.</remarks>
public sealed record FitProgress
{
    /// <summary>Members trained to their end.</summary>
    public required int MembersDone { get; init; }

    /// <summary>Members to be trained, those of the calibration included.</summary>
    public required int Members { get; init; }

    /// <summary>The number of the member that reports, from 0: first those of the flow, then those of the calibration.</summary>
    public required int Member { get; init; }

    /// <summary>The number of the flow that this report is of, from 0: a consensus trains several, one after another, and steps
    /// and members are those of this one.</summary>
    public int Flow { get; init; }

    /// <summary>Flows that the fit trains: 1 but for a consensus.</summary>
    public int Flows { get; init; } = 1;

    /// <summary>The name of that flow in the catalog where it is one of a consensus; else null.</summary>
    public string? FlowName { get; init; }

    /// <summary>Optimizer steps done, of all members together.</summary>
    public required long Step { get; init; }

    /// <summary>Steps at most, of all members together: what each will take is known once it begins, and fewer once it has
    /// stopped early, so that the last report has as many as <see cref="Step"/>.</summary>
    public required long MaximumSteps { get; init; }

    /// <summary>Mean log-likelihood of the member's training batches since its last report, in nats, original units (with input
    /// noise); of a flow that is trained by something else, that of 500 training rows at most, without noise.</summary>
    public required double TrainLogLikelihood { get; init; }

    /// <summary>Mean log-likelihood of the member's validation rows under its averaged weights, in nats; NaN without validation
    /// rows.</summary>
    public required double ValidationLogLikelihood { get; init; }

    /// <summary>Training rows processed per second since training began, by all members together.</summary>
    public required double RowsPerSecond { get; init; }

    /// <summary>Time since training began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Estimated time to the last step, if no member stops early.</summary>
    public required TimeSpan Remaining { get; init; }
}
