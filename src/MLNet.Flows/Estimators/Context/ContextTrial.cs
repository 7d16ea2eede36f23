using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators.Context;

/// <summary>Whether what a flow learned of the context is more than chance.</summary>
/// <remarks>Rows held out should be likelier given their own context than given those of other rows, by more than four standard
/// errors, as early stopping has chosen by the same rows. A flow that reads a context which says nothing would be worse than one
/// that reads none.</remarks>
internal static class ContextTrial
{
    // Contexts of other rows for each row.
    private const int Others = 4;
    private const double StandardErrors = 4;

    /// <param name="flow">Trained without the rows held out.</param>
    /// <param name="rows">[n, d], what the flow reads.</param>
    /// <param name="context">[n, context columns], standardized.</param>
    /// <param name="codes">[n, categorical columns]; null for none.</param>
    /// <param name="heldOut">Indices of rows.</param>
    public static bool SaysMore(
        Transformed flow, FeatureMatrix rows, FeatureMatrix context, CodeMatrix? codes, int[] heldOut)
    {
        int count = heldOut.Length;
        if (count < 2)
            return false;
        float[] own = LogProbs(flow, rows, context, codes, heldOut, heldOut);
        var others = new double[count];
        for (int k = 1; k <= Others; k++)
        {
            int shift = Math.Max(k * count / (Others + 1), 1);
            int[] given = [.. heldOut[shift..], .. heldOut[..shift]];
            float[] shifted = LogProbs(flow, rows, context, codes, heldOut, given);
            for (int i = 0; i < count; i++)
                others[i] += (double)shifted[i] / Others;
        }

        double mean = 0, squares = 0;
        for (int i = 0; i < count; i++)
        {
            double gain = own[i] - others[i];
            mean += gain / count;
            squares += gain * gain / count;
        }

        return mean > StandardErrors * Math.Sqrt((squares - mean * mean) / (count - 1));
    }

    private static float[] LogProbs(
        Transformed flow, FeatureMatrix rows, FeatureMatrix context, CodeMatrix? codes, int[] indices, int[] given)
    {
        var result = new float[indices.Length];
        var block = new RowBlock(
            rows.Dimension,
            flow.ScratchColumns,
            contextColumns: context.Dimension,
            categoryColumns: codes?.Columns ?? 0);
        for (int start = 0; start < indices.Length; start += RowBlock.Rows)
        {
            int count = Math.Min(RowBlock.Rows, indices.Length - start);
            BlockLoader.Load(rows, indices.AsSpan(start, count), block);
            BlockLoader.LoadContext(context, given.AsSpan(start, count), block);
            if (codes is not null)
                block.Categories!.Load(codes, indices.AsSpan(start, count));
            flow.LogProb(block);
            block.LogProb.Span[..count].CopyTo(result.AsSpan(start));
        }

        return result;
    }
}
