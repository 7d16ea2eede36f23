using MLNet.Flows.Serialization;

namespace MLNet.Flows.Model;

/// <summary>What the rows are that p-values rank a row among.</summary>
/// <param name="EffectiveRows">Their number; with weights (sum of weights)^2 / sum of squared weights.</param>
/// <param name="ExpectedAnomalies">The share of anomalies among them that was expected in training; null for unknown.</param>
/// <param name="IsRecalibrated">Whether they came after training.</param>
internal sealed record RankedSample(double EffectiveRows, double? ExpectedAnomalies, bool IsRecalibrated)
{
    /// <param name="rows">Their number.</param>
    /// <param name="weights">[rows], or empty for all 1.</param>
    /// <param name="expectedAnomalies">Share of anomalies; null for unknown.</param>
    /// <param name="isRecalibrated">Whether they came after training.</param>
    public static RankedSample Of(int rows, ReadOnlySpan<float> weights, double? expectedAnomalies, bool isRecalibrated)
    {
        double sum = 0, squares = 0;
        foreach (float weight in weights)
        {
            sum += weight;
            squares += (double)weight * weight;
        }

        return new RankedSample(weights.IsEmpty ? rows : sum * sum / squares, expectedAnomalies, isRecalibrated);
    }

    public void Write(ModelWriter writer)
    {
        writer.Write(EffectiveRows);
        writer.Write(ExpectedAnomalies ?? double.NaN);
        writer.Write(IsRecalibrated ? 1 : 0);
    }

    public static RankedSample Read(ModelReader reader)
    {
        double rows = reader.ReadDouble(), anomalies = reader.ReadDouble();
        int recalibrated = reader.ReadInt32();
        reader.Check(rows is >= 0 and < 1e18, $"{rows} ranked rows");
        reader.Check(double.IsNaN(anomalies) || anomalies is >= 0 and <= 0.5, $"a share of {anomalies} anomalies");
        reader.Check(recalibrated is 0 or 1, $"the value {recalibrated} for whether it was recalibrated");
        return new RankedSample(rows, double.IsNaN(anomalies) ? null : anomalies, recalibrated == 1);
    }
}
