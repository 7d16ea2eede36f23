namespace MLNet.Flows.Training;

/// <summary>Linear warm-up, then half a cosine down to a floor.</summary>
/// <param name="Peak">The highest rate.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="WarmUpSteps">Steps of the linear rise.</param>
/// <param name="Floor">The last rate, as a share of the peak.</param>
internal readonly record struct LearningRateSchedule(double Peak, int Steps, int WarmUpSteps = 50, double Floor = 0.02)
{
    /// <summary>The rate of a step, counted from 0.</summary>
    public double this[int step]
    {
        get
        {
            int warmUp = Math.Min(WarmUpSteps, Steps / 4);
            if (step < warmUp)
                return Peak * (step + 1) / warmUp;
            double progress = Math.Min(1, (double)(step - warmUp) / Math.Max(1, Steps - warmUp - 1));
            return Peak * (Floor + (1 - Floor) * 0.5 * (1 + Math.Cos(Math.PI * progress)));
        }
    }
}
