namespace MLNet.Flows.Training;

/// <summary>The training recipe, for any engine.</summary>
internal sealed record TrainerSettings
{
    public int MaximumSteps { get; init; } = 1000;

    public int BatchSize { get; init; } = 128;

    public double LearningRate { get; init; } = 5e-3;

    public double InputNoise { get; init; } = 0.05;

    public double TrimFraction { get; init; }

    /// <summary>Steps between evaluations.</summary>
    public int EvaluationInterval { get; init; } = 100;

    /// <summary>Evaluations in a row without improvement that end training.</summary>
    public int Patience { get; init; } = 5;

    public double GradientClipNorm { get; init; } = 5;

    public double AverageDecay { get; init; } = 0.98;

    public int Seed { get; init; }

    /// <summary>What the preprocessing adds to the mean log-likelihood of the training rows, in nats.</summary>
    public double TrainLogDet { get; init; }

    /// <summary>Likewise for the validation rows.</summary>
    public double ValidationLogDet { get; init; }

    public IProgress<TrainingProgress>? Progress { get; init; }
}
