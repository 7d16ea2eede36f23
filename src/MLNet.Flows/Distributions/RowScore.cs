namespace MLNet.Flows.Distributions;

/// <summary>What a row is scored by.</summary>
/// <param name="LogLikelihood">log p(x), in nats.</param>
/// <param name="Score">What rows are ranked by, in nats; higher is stranger. Of one flow -log p(x), to the bit.</param>
internal readonly record struct RowScore(float LogLikelihood, float Score);
