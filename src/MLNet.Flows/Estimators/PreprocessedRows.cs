using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Estimators.Context;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators;

/// <summary>The training rows behind the preprocessing: the bijections that it is made of, fitted, and what they made of the
/// rows.</summary>
internal sealed class PreprocessedRows
{
    private PreprocessedRows(
        FeatureMatrix values,
        StandardizedContext? context,
        Bijection[] bijections,
        float[] logDets,
        HeavyTails tails,
        int[] rowsWithPlaceholders)
    {
        (Values, Context, Bijections, LogDets) = (values, context, bijections, logDets);
        (Tails, RowsWithPlaceholders) = (tails, rowsWithPlaceholders);
    }

    /// <summary>[n, d].</summary>
    public FeatureMatrix Values { get; }

    /// <summary>What the rows are given; null for nothing.</summary>
    public StandardizedContext? Context { get; }

    public Bijection[] Bijections { get; }

    /// <summary>[n]: the log-determinant of the bijections, added up as scoring adds it up.</summary>
    public float[] LogDets { get; }

    /// <summary>The columns whose far ends are on a logarithmic scale, and the standardization.</summary>
    public HeavyTails Tails { get; }

    /// <summary>Rows in which a value that is likely a placeholder stands, ascending.</summary>
    public int[] RowsWithPlaceholders { get; }

    /// <summary>Rows of which no feature varies, whose categories alone are trained on.</summary>
    /// <param name="matrix">[n, 0].</param>
    /// <param name="context">What the rows are given; null for nothing.</param>
    public static PreprocessedRows WithoutFeatures(FeatureMatrix matrix, StandardizedContext? context) =>
        new(
            matrix,
            context,
            [],
            new float[matrix.RowCount],
            HeavyTails.Find(matrix, [], Standardization.Fit(matrix, [])),
            []);

    /// <summary>Fits the bijections and overwrites the rows.</summary>
    /// <param name="matrix">[n, d], columns that vary.</param>
    /// <param name="weights">[n], or empty for all 1.</param>
    /// <param name="choice">The preprocessing.</param>
    /// <param name="checkpoint">Called between steps; throws where the caller cancelled.</param>
    /// <param name="context">What the rows are given; null for nothing.</param>
    public static PreprocessedRows Fit(
        FeatureMatrix matrix,
        float[] weights,
        Preprocessing choice,
        Action? checkpoint = null,
        StandardizedContext? context = null)
    {
        HeavyTails tails = HeavyTails.Find(matrix, weights, Standardization.Fit(matrix, weights), checkpoint);
        int[] rowsWithPlaceholders = tails.Placeholders.Length == 0
            ? []
            : [.. Enumerable.Range(0, matrix.RowCount).Where(
                row => Array.Exists(tails.Placeholders, each => matrix.Row(row)[each.Column] == each.Value))];
        var bijections = new List<Bijection> { tails.Standardization };
        var logDets = new float[matrix.RowCount];
        tails.Standardization.Apply(matrix);
        Array.Fill(logDets, tails.Standardization.LogDet);
        if (tails.Columns.Length > 0)
        {
            var symmetricLog = new SymmetricLog(matrix.Dimension, tails.Columns, HeavyTails.Threshold);
            bijections.Add(symmetricLog);
            for (int i = 0; i < matrix.RowCount; i++)
                logDets[i] += symmetricLog.Forward(matrix.Row(i));
        }

        if (context is not null)
            bijections.AddRange(context.TakeFrom(matrix, weights, logDets));

        if (choice.Shrinkage is double shrinkage)
        {
            Whitening whitening = Whitening.Fit(matrix, weights, shrinkage, tails.Limits(matrix.Dimension), checkpoint);
            bijections.Add(whitening);
            whitening.Apply(matrix, checkpoint);
            foreach (ref float logDet in logDets.AsSpan())
                logDet += whitening.LogDet;
        }

        return new PreprocessedRows(matrix, context, [.. bijections], logDets, tails, rowsWithPlaceholders);
    }

    /// <summary>The mean log-determinant of these rows, in nats; 0 for none.</summary>
    public double MeanLogDet(int[] rows) => rows.Length == 0 ? 0 : rows.Average(row => (double)LogDets[row]);
}
