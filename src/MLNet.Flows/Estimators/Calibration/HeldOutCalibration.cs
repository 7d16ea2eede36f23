using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators.Members;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators.Calibration;

/// <summary>What p-values rank a row among where rows are few: every row's likelihood as if the flow had been trained without
/// it.</summary>
/// <remarks>
/// A flow with nearly as many weights as rows makes its own rows too likely, and ranks among them would raise too many alarms. So
/// flows are trained without a part of the rows each, and rows are scored by the one that had not seen them. What these
/// likelihoods would be under the flow that is used is estimated in one of two ways.
/// 1. Those flows put rows that are far out at distances of their own, which says nothing about the flow that is used; a
///    <see cref="QuantileMap"/> fitted to the rows that both have seen takes that away and leaves how much less likely unseen
///    rows are. Rows that a flow of one member only validated on are not seen ones: all members of the flow that is used have
///    hardly such rows in common, and the map would take unseen rows for its least likely seen ones. What a flow of several
///    members, which average most of their chance away, makes its own rows too likely falls with 1 / n: with k parts, each
///    quantile of mapped rows lies k / (k - 1) times as far from the seen rows' as it should. A flow of one member fits
///    its rows more closely than that, and stays.
/// 2. With fewer rows than columns, or about as many, unseen rows lie far below all that were seen, where a map knows nothing.
///    There a flow loses about E(n) = c / n nats to the chance of its n rows, gains a little more on those themselves, and one
///    without a k-th of them loses E k / (k - 1). So unseen rows under the flow that is used are E / (k - 1) likelier than
///    held-out ones, which is the difference of the seen rows' median and the held-out ones' over 2 k + 1 (2 k - 1 if the gain
///    were E). Each part is brought to one median first, as flows of few rows differ in level. Seen rows spread less than unseen
///    ones, and unseen ones more under a flow of fewer rows: the variance of unseen rows under the flow that is used is about
///    half-way. Both were measured on normal rows (100 to 4,000 columns, 150 to 400 rows; docs/quality.md names the command).
///    Where nearly every row has a component of its own, more rows change more than that, and the map does better. Either errs to
///    the side of fewer alarms: flows trained without a part of the rows are a little worse.
/// </remarks>
internal sealed class HeldOutCalibration(MemberTraining training, RowFolds folds)
{
    private const int RowsPerComponent = 10;

    /// <param name="likelihoods">Of all rows, under the flow that is used.</param>
    /// <param name="withoutFold">[folds.Count], each trained on the rows outside of its fold.</param>
    /// <param name="threads">That score folds at a time, with n floats each.</param>
    /// <returns>[n], what takes the place of the rows' own likelihoods.</returns>
    public float[] Run(float[] likelihoods, FlowDensity[] withoutFold, int threads)
    {
        int count = likelihoods.Length, outside = 0;
        int[] foldOf = folds.FoldOf;
        var mapped = new float[count];
        var heldOut = new float[count];
        SideBySide.Run(folds.Count, threads, fold =>
        {
            var scored = new float[count];
            training.Score(withoutFold[fold], scored, threads: 1);
            HashSet<int> validation = [.. training.ValidationRowsWithout(folds.In(fold))];
            int[] seen = [.. Enumerable.Range(0, count).Where(row => foldOf[row] != fold && !validation.Contains(row))];
            var map = new QuantileMap(
                Array.ConvertAll(seen, row => scored[row]), Array.ConvertAll(seen, row => likelihoods[row]));
            float lowTenth = seen.Select(row => scored[row]).Order().ElementAt(seen.Length / 10);
            foreach (int row in Enumerable.Range(0, count).Where(row => foldOf[row] == fold))
            {
                (mapped[row], heldOut[row]) = (map.Apply(scored[row]), scored[row]);
                if (scored[row] < lowTenth)
                    Interlocked.Increment(ref outside);
            }
        });

        bool beyondTheMap = (count < training.Rows.Values.Dimension || outside > count / 2)
            && training.Components() * RowsPerComponent <= count;
        if (beyondTheMap)
            return ByLearningCurve(heldOut, foldOf, folds.Count, likelihoods);
        return training.Members > 1 ? OfAllRows(mapped, folds.Count, likelihoods) : mapped;
    }

    // Step 1: what flows of a k-th fewer rows add to the distance from the rows' own likelihoods is taken back.
    private static float[] OfAllRows(float[] mapped, int folds, float[] own)
    {
        int[] order = [.. Enumerable.Range(0, mapped.Length).OrderBy(row => mapped[row])];
        float[] ascending = [.. own.Order()];
        var result = new float[mapped.Length];
        for (int i = 0; i < order.Length; i++)
        {
            double departure = (double)mapped[order[i]] - ascending[i];
            result[order[i]] = (float)(ascending[i] + departure * (folds - 1) / folds);
        }

        return result;
    }

    // Step 2 of the remarks.
    private static float[] ByLearningCurve(float[] heldOut, int[] foldOf, int folds, float[] own)
    {
        double level = Quantile(heldOut, 0.5), gap = (Quantile(own, 0.5) - level) / (2 * folds + 1);
        double[] levels =
            [.. Enumerable.Range(0, folds).Select(fold => Quantile([.. heldOut.Where((_, row) => foldOf[row] == fold)], 0.5))];
        float[] departures = [.. heldOut.Select((value, row) => (float)(value - levels[foldOf[row]]))];
        double spread = Spread(departures), ratio = Spread(own) / spread;
        double factor = ratio < 1 ? Math.Sqrt(0.5 * (1 + ratio * ratio)) : 1;
        return [.. departures.Select(
            departure => (float)Math.Clamp(level + gap + factor * departure, float.MinValue, float.MaxValue))];
    }

    // Between the lowest and the highest tenth.
    private static double Spread(float[] values) => Quantile(values, 0.9) - Quantile(values, 0.1);

    private static double Quantile(float[] values, double share) => values.Order().ElementAt((int)(share * values.Length));
}
