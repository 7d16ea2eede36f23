namespace MLNet.Flows.Quality;

/// <summary>What is trained on and what is scored, standardized on the training part.</summary>
internal sealed record Split(float[][] Train, float[][] Test, bool[] Labels)
{
    /// <summary>Rows shuffled by seed; with a share, only as many anomalies as make it (or all there are). Clean: train on half
    /// of the normal rows, test on the rest. Contaminated: train on all rows and score the same.</summary>
    public static Split Draw(LabeledSet set, bool contaminated, int seed, int maximumTrain, double? share)
    {
        int[] order = [.. Enumerable.Range(0, set.Rows.Length)];
        new Random(seed).Shuffle(order);
        if (share is double wanted)
        {
            int anomalies = (int)Math.Round(wanted / (1 - wanted) * set.Labels.Count(label => !label)), kept = 0;
            order = [.. order.Where(i => !set.Labels[i] || kept++ < anomalies)];
        }

        int[] normal = [.. order.Where(i => !set.Labels[i])];
        int[] train = contaminated ? order : normal[..(normal.Length / 2)];
        int[] test = contaminated ? order : [.. normal[(normal.Length / 2)..], .. order.Where(i => set.Labels[i])];
        if (train.Length > maximumTrain)
            train = train[..maximumTrain];

        int d = set.Dimension;
        var mean = new double[d];
        var scale = new double[d];
        foreach (int i in train)
        {
            for (int j = 0; j < d; j++)
                mean[j] += set.Rows[i][j] / (double)train.Length;
        }

        foreach (int i in train)
        {
            for (int j = 0; j < d; j++)
                scale[j] += Math.Pow(set.Rows[i][j] - mean[j], 2) / train.Length;
        }

        float[] Standardized(int i) => [.. Enumerable.Range(0, d).Select(
            j => (float)((set.Rows[i][j] - mean[j]) / (scale[j] > 0 ? Math.Sqrt(scale[j]) : 1)))];
        return new Split(
            Array.ConvertAll(train, Standardized),
            Array.ConvertAll(test, Standardized),
            Array.ConvertAll(test, i => set.Labels[i]));
    }
}
