using MLNet.Flows.Distributions;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators;

/// <summary>What p-values rank a row among where rows are few: every row's likelihood as if the flow had been trained without it.</summary>
/// <remarks>
/// A flow with nearly as many weights as rows makes its own rows too likely, and ranks among them would raise too many alarms. So flows are trained
/// without a part of the rows each, and rows are scored by the one that had not seen them. Those flows put rows that are far out at distances
/// of their own, which says nothing about the flow that is used; a <see cref="QuantileMap"/> fitted to the rows that both have seen takes
/// that away and leaves how much less likely unseen rows are. It errs to the side of fewer alarms: a flow trained without a part of the rows is a little worse.
/// </remarks>
internal sealed class HeldOutCalibration(FlowTraining training, FlowOptions options, FlowHost host, int seed)
{
    // With more rows per weight than this the training rows' own likelihoods are hardly too high, and p-values from them vary less.
    private const int RowsPerWeight = 3;

    /// <summary>Puts held-out likelihoods in the place of all rows' own; leaves them where those will do, or where a fold's training was cancelled or
    /// diverged: the flow itself is trained by then and is not given up for its p-values.</summary>
    /// <param name="likelihoods">Of all rows, under the flow that is used.</param>
    public void Run(float[] likelihoods)
    {
        int count = likelihoods.Length;
        bool fewRows = count < RowsPerWeight * training.ParameterCount();
        int folds = Math.Min(options.CalibrationFolds ?? (fewRows ? training.CalibrationFolds : 0), count / 2);
        if (folds < 2)
            return;

        // Rows are dealt out one by one, equal ones too: a fresh row of a value that many rows share would have been seen as well.
        int[] order = [.. Enumerable.Range(0, count)];
        new RandomStream(seed, 6).Shuffle<int>(order);
        var foldOf = new int[count];
        for (int i = 0; i < count; i++)
            foldOf[order[i]] = i % folds;
        var heldOut = new float[count];
        var scored = new float[count];
        for (int fold = 0; fold < folds; fold++)
        {
            int left = fold;
            if (Train(row => foldOf[row] == left) is not FlowDensity without)
                return;
            training.Score(without, scored);
            int[] seen = [.. Enumerable.Range(0, count).Where(row => foldOf[row] != left)];
            var map = new QuantileMap(Array.ConvertAll(seen, row => scored[row]), Array.ConvertAll(seen, row => likelihoods[row]));
            foreach (int row in Enumerable.Range(0, count).Where(row => foldOf[row] == left))
                heldOut[row] = map.Apply(scored[row]);
        }

        heldOut.CopyTo(likelihoods, 0);
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
}
