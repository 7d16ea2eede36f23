using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Evaluation;

/// <summary>Reads scored rows once and computes <see cref="FlowMetrics"/>.</summary>
internal static class AnomalyEvaluator
{
    public static FlowMetrics Evaluate(
        IDataView data,
        string labelColumnName,
        string scoreColumnName,
        string predictedLabelColumnName,
        string? anomalyKeyValue,
        int falsePositiveCount)
    {
        DataViewSchema.Column label = Find(data.Schema, labelColumnName, null, "Give the name of the label column.");
        DataViewSchema.Column score = Find(data.Schema, scoreColumnName, NumberDataViewType.Single, "Evaluate the output of a flow's Transform.");
        DataViewSchema.Column predicted = Find(data.Schema, predictedLabelColumnName, BooleanDataViewType.Instance, "Evaluate the output of a flow's Transform.");

        var scores = new List<double>();
        var labels = new List<bool>();
        long unlabeled = 0, unscored = 0, alarmsOnAnomalies = 0, alarmsOnNormals = 0;
        double sumOfNormalScores = 0;
        long scoredNormals = 0;

        using (DataViewRowCursor cursor = data.GetRowCursor([label, score, predicted]))
        {
            Func<bool?> readLabel = LabelReader.Create(cursor, label, anomalyKeyValue);
            ValueGetter<float> readScore = cursor.GetGetter<float>(score);
            ValueGetter<bool> readPredicted = cursor.GetGetter<bool>(predicted);
            float value = 0;
            bool alarm = false;
            while (cursor.MoveNext())
            {
                if (readLabel() is not bool anomaly)
                {
                    unlabeled++;
                    continue;
                }

                readScore(ref value);
                readPredicted(ref alarm);
                if (float.IsNaN(value))
                {
                    unscored++;
                }
                else if (!anomaly)
                {
                    sumOfNormalScores += value;
                    scoredNormals++;
                }

                scores.Add(float.IsNaN(value) ? double.PositiveInfinity : value);
                labels.Add(anomaly);
                if (alarm && anomaly)
                    alarmsOnAnomalies++;
                else if (alarm)
                    alarmsOnNormals++;
            }
        }

        long anomalies = labels.LongCount(l => l), normals = labels.Count - anomalies;
        if (anomalies == 0 || normals == 0)
        {
            throw new ArgumentException(
                $"Column '{labelColumnName}' holds {anomalies} anomalies and {normals} normal rows ({unlabeled} without a label), but evaluation compares the two. Evaluate data that has both.");
        }

        ThresholdMetrics[] thresholds = RankingMetrics.Thresholds([.. scores], [.. labels]);
        return new FlowMetrics
        {
            AreaUnderRocCurve = RankingMetrics.AreaUnderRocCurve(thresholds),
            AveragePrecision = RankingMetrics.AveragePrecision(thresholds),
            DetectionRateAtFalsePositiveCount = RankingMetrics.DetectionRate(thresholds, falsePositiveCount),
            FalsePositiveCount = falsePositiveCount,
            Precision = alarmsOnAnomalies + alarmsOnNormals == 0 ? 0 : (double)alarmsOnAnomalies / (alarmsOnAnomalies + alarmsOnNormals),
            Recall = (double)alarmsOnAnomalies / anomalies,
            FalseAlarmRate = (double)alarmsOnNormals / normals,
            MeanLogLikelihood = -sumOfNormalScores / scoredNormals,
            AnomalyCount = anomalies,
            NormalCount = normals,
            UnlabeledCount = unlabeled,
            UnscoredCount = unscored,
            Thresholds = thresholds,
        };
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string name, DataViewType? type, string remedy)
    {
        if (schema.GetColumnOrNull(name) is not DataViewSchema.Column column)
        {
            throw new ArgumentException(
                $"There is no column '{name}' among {string.Join(", ", schema.Where(c => !c.IsHidden).Select(c => $"'{c.Name}'"))}. {remedy}");
        }

        return type is null || column.Type.Equals(type)
            ? column
            : throw new ArgumentException($"Column '{name}' is {column.Type}, but {type} is expected. {remedy}");
    }
}
