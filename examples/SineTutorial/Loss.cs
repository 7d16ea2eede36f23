using MLNet.Flows;

namespace SineTutorial;

/// <summary>Prints the loss as training goes on. <see cref="Progress{T}"/> would print from another thread, out of
/// order.</summary>
internal sealed class Loss : IProgress<FitProgress>
{
    public void Report(FitProgress value) =>
        Console.WriteLine($"  step {value.Step,5}  loss {-value.TrainLogLikelihood:F4}");
}
