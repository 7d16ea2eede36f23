using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>What is to be trained, and on what, whatever the flow and the engine.</summary>
/// <param name="Data">Preprocessed rows [n, d].</param>
/// <param name="Weights">[n] example weights; empty for all 1.</param>
/// <param name="Split">Rows that train and rows that validate.</param>
/// <param name="Flow">The flow.</param>
/// <param name="Settings">The numbers.</param>
internal sealed record TrainingTask(
    FeatureMatrix Data, float[] Weights, ValidationSplit Split, TrainableTransformed Flow, TrainingSettings Settings)
{
    /// <summary>[n, context columns] of what the rows are given, standardized; null for none.</summary>
    public FeatureMatrix? Context { get; init; }

    /// <summary>What is maximized. Default the likelihood.</summary>
    public TrainingObjective Objective { get; init; } = new MaximumLikelihood(Flow);

    /// <summary>Called between steps of the start; throws where the caller cancelled.</summary>
    public Action? Checkpoint { get; init; }

    /// <summary>What the preprocessing adds to the mean log-likelihood of the training rows, in nats.</summary>
    public double TrainLogDet { get; init; }

    /// <summary>Likewise for the validation rows.</summary>
    public double ValidationLogDet { get; init; }

    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>The rows that parameters start from: those that train, each as often as its weight says, so that a start does not
    /// depend on whether a row is weighted or repeated.</summary>
    /// <remarks>As many as there are: of rows laid side by side, as long as their weights, those at equal distances.</remarks>
    public int[] StartingRows()
    {
        int[] rows = Split.Train;
        if (Weights.Length == 0)
            return rows;
        double step = rows.Sum(row => (double)Weights[row]) / rows.Length, end = 0;
        var starting = new List<int>(rows.Length);
        foreach (int row in rows)
        {
            for (end += Weights[row]; starting.Count < rows.Length && (starting.Count + 0.5) * step < end;)
                starting.Add(row);
        }

        while (starting.Count < rows.Length)
            starting.Add(rows[^1]);
        return [.. starting];
    }
}
