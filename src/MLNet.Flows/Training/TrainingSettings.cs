namespace MLNet.Flows.Training;

/// <summary>The numbers of a training, for any flow, objective and engine.</summary>
internal sealed record TrainingSettings
{
    public int MaximumSteps { get; init; } = 1000;

    public int BatchSize { get; init; } = 128;

    /// <summary>Adam's highest step size.</summary>
    public double LearningRate { get; init; } = 5e-3;

    /// <summary>Standard deviation of Gaussian noise added to the preprocessed inputs.</summary>
    public double InputNoise { get; init; } = 0.05;

    /// <summary>Share of every batch, its least likely rows, that gets weight 0.</summary>
    public double TrimFraction { get; init; }

    /// <summary>Steps between evaluations.</summary>
    public int EvaluationInterval { get; init; } = 100;

    /// <summary>Evaluations in a row without improvement that end training.</summary>
    public int Patience { get; init; } = 5;

    /// <summary>Largest Euclidean norm of the mean gradient; longer ones are scaled down.</summary>
    public double GradientClipNorm { get; init; } = 5;

    /// <summary>Decay of the exponential moving average of the weights.</summary>
    public double AverageDecay { get; init; } = 0.98;

    /// <summary>Decoupled weight decay (AdamW): each step takes this share times the step size off every weight.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Decides the start, the order of rows and the noise.</summary>
    public int Seed { get; init; }

    /// <summary>Threads that may share the work of a step.</summary>
    public int Threads { get; init; } = 1;
}
