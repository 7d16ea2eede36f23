using Microsoft.ML;

namespace AnomalyScoring;

/// <summary>ML.NET's own detector on the same split: RandomizedPca on standardized features, rank half of the features.</summary>
internal static class RandomizedPcaBaseline
{
    public static double AreaUnderRocCurve(MLContext mlContext, LabeledData data)
    {
        var pipeline = mlContext.Transforms.NormalizeMeanVariance("Features", fixZero: false)
            .Append(mlContext.AnomalyDetection.Trainers.RandomizedPca(rank: data.FeatureCount / 2));
        IDataView scored = pipeline.Fit(data.Train).Transform(data.Test);
        return mlContext.AnomalyDetection.Evaluate(scored).AreaUnderRocCurve;
    }
}
