namespace MLNet.Flows.Tool.Models;

/// <summary>What to train, on which columns of which files.</summary>
internal sealed record TrainingRequest
{
    public required IReadOnlyList<string> Data { get; init; }

    public bool DecimalComma { get; init; }

    public string? Label { get; init; }

    public IReadOnlyList<string> Ignored { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public IReadOnlyList<string> Context { get; init; } = [];

    /// <summary>Whether missing numbers are replaced by the column's mean.</summary>
    public bool FillGaps { get; init; }

    /// <summary>One of <see cref="FlowChoice.Names"/>.</summary>
    public required string Flow { get; init; }

    /// <summary>The flow's options, columns and progress aside.</summary>
    public required FlowSettings Settings { get; init; }
}
