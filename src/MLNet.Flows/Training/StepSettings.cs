namespace MLNet.Flows.Training;

/// <summary>What varies from one optimizer step to the next.</summary>
/// <param name="StepNumber">Counted from 0; seeds the step's input noise together with the engine's seed.</param>
/// <param name="LearningRate">Adam's step size now.</param>
/// <param name="InputNoise">Standard deviation of Gaussian noise added to the preprocessed inputs.</param>
/// <param name="TrimFraction">Share of the batch, its least likely rows, that gets weight 0.</param>
/// <param name="GradientClipNorm">Largest Euclidean norm of the gradient of the mean log-likelihood; longer gradients are scaled down.</param>
/// <param name="AverageDecay">Decay of the exponential moving average of the weights.</param>
internal readonly record struct StepSettings(
    int StepNumber, float LearningRate, float InputNoise, float TrimFraction, float GradientClipNorm, float AverageDecay);
