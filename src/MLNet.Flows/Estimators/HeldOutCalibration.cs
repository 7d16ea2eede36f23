using MLNet.Flows.Distributions;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators;

/// <summary>What p-values rank a row among where rows are few: every row's likelihood under a flow that was trained without it.</summary>
/// <remarks>A flow with nearly as many weights as rows makes its own rows too likely, and ranks among them would raise too many alarms.</remarks>
internal sealed class HeldOutCalibration(FlowTraining training, FlowOptions options, FlowHost host, int seed)
{
    // With more rows per weight than this the training rows' own likelihoods are hardly too high, and p-values from them vary less.
    private const int RowsPerWeight = 3;

    /// <summary>Fills in the likelihoods of all rows.</summary>
    /// <returns>False where none are needed, or where a fold's training was cancelled or diverged: the flow itself is trained by then and
    /// is not given up for its p-values.</returns>
    public bool Run(float[] likelihoods)
    {
        int count = likelihoods.Length;
        bool fewRows = count < RowsPerWeight * training.ParameterCount();
        int folds = Math.Min(options.CalibrationFolds ?? (fewRows ? training.CalibrationFolds : 0), count / 2);
        if (folds < 2)
            return false;

        // Rows are dealt out one by one, equal ones too: a fresh row of a value that many rows share would have been seen as well.
        int[] order = [.. Enumerable.Range(0, count)];
        new RandomStream(seed, 6).Shuffle<int>(order);
        var foldOf = new int[count];
        for (int i = 0; i < count; i++)
            foldOf[order[i]] = i % folds;
        for (int fold = 0; fold < folds; fold++)
        {
            int left = fold;
            if (Train(row => foldOf[row] == left) is not FlowDensity without)
                return false;
            Score(without, [.. Enumerable.Range(0, count).Where(row => foldOf[row] == fold)], likelihoods);
        }

        return true;
    }

    private FlowDensity? Train(Predicate<int> leaveOut)
    {
        try
        {
            (FlowDensity density, TrainingHistory history) = training.RunWithout(leaveOut);
            if (history.StopReason != TrainingStopReason.Cancelled)
                return density;
            host.Warning("Cancelled while p-values were being calibrated: they rank rows among the training rows' own likelihoods.");
        }
        catch (InvalidOperationException fault)
        {
            host.Warning($"P-values rank rows among the training rows' own likelihoods, because calibrating them failed: {fault.Message}");
        }

        return null;
    }

    private void Score(FlowDensity density, int[] rows, float[] likelihoods)
    {
        PreprocessedRows all = training.Rows;
        var held = new FeatureMatrix(all.Values.Dimension);
        foreach (int row in rows)
            all.Values.Row(row).CopyTo(held.AddRow());
        var result = new float[rows.Length];
        density.LogProbPreprocessed(held, all.Bijections.Length, Array.ConvertAll(rows, row => all.LogDets[row]), result, density.CreateWorkspace());
        for (int i = 0; i < rows.Length; i++)
            likelihoods[rows[i]] = result[i];
    }
}
