namespace MLNet.Flows.Quality.Detectors;

/// <summary>Isolation forest (Liu, Ting and Zhou 2008): 300 trees, three times the usual, on 256 rows each, score 2^(-mean depth
/// / c(256)).</summary>
internal sealed class IsolationForest(int trees = 300, int sampleSize = 256) : IDetector
{
    public double[] Score(float[][] train, float[][] test, int seed)
    {
        var random = new Random(seed);
        int size = Math.Min(sampleSize, train.Length), limit = (int)Math.Ceiling(Math.Log2(Math.Max(size, 2)));
        var depth = new double[test.Length];
        for (int t = 0; t < trees; t++)
        {
            float[][] sample = [.. train];
            random.Shuffle(sample);
            Node root = Grow(sample[..size], 0, limit, random);
            for (int i = 0; i < test.Length; i++)
                depth[i] += Depth(root, test[i], 0) / trees;
        }

        return Array.ConvertAll(depth, d => Math.Pow(2, -d / Expected(size)));
    }

    private static Node Grow(float[][] rows, int depth, int limit, Random random)
    {
        if (depth >= limit || rows.Length <= 1)
            return new Node(-1, 0, rows.Length, null, null);
        int[] varying = [.. Enumerable.Range(0, rows[0].Length).Where(d => rows.Min(r => r[d]) < rows.Max(r => r[d]))];
        if (varying.Length == 0)
            return new Node(-1, 0, rows.Length, null, null);
        int column = varying[random.Next(varying.Length)];
        float low = rows.Min(r => r[column]), high = rows.Max(r => r[column]);
        float split = low + (float)random.NextDouble() * (high - low);
        return new Node(
            column,
            split,
            rows.Length,
            Grow([.. rows.Where(r => r[column] < split)], depth + 1, limit, random),
            Grow([.. rows.Where(r => r[column] >= split)], depth + 1, limit, random));
    }

    private static double Depth(Node node, float[] row, int depth) => node.Column < 0
        ? depth + Expected(node.Count)
        : Depth(row[node.Column] < node.Split ? node.Left! : node.Right!, row, depth + 1);

    private static double Expected(int n) => n <= 1 ? 0 : n == 2 ? 1 : 2 * (Math.Log(n - 1) + 0.5772156649) - 2.0 * (n - 1) / n;

    private sealed record Node(int Column, float Split, int Count, Node? Left, Node? Right);
}
