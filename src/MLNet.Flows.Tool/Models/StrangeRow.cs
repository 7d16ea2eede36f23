namespace MLNet.Flows.Tool.Models;

/// <summary>A row with what makes it strange.</summary>
/// <param name="Row">Its number, from 1, over all files; the line of names is not counted.</param>
/// <param name="Score">Higher is stranger.</param>
/// <param name="PValue">Share of rows like the training rows that are at least as strange.</param>
/// <param name="Alarm">Whether that is below the false-alarm rate.</param>
/// <param name="Values">All its cells, as text.</param>
/// <param name="Contributions">What columns add to the score, in nats, the largest first.</param>
internal sealed record StrangeRow(
    long Row,
    float Score,
    float PValue,
    bool Alarm,
    IReadOnlyDictionary<string, string?> Values,
    IReadOnlyList<FeatureContribution> Contributions);
