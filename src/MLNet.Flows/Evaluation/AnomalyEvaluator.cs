using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Interop;

namespace MLNet.Flows.Evaluation;

/// <summary>Reads scored rows once and computes <see cref="FlowMetrics"/>.</summary>
internal static class AnomalyEvaluator
{
    public static FlowMetrics Evaluate(
        IDataView data,
        string labelColumnName,
        string scoreColumnName,
        string predictedLabelColumnName,
        string? logLikelihoodColumnName,
        string? anomalyKeyValue,
        int falsePositiveCount,
        FlowHost host)
    {
        DataViewSchema.Column label = Find(data.Schema, labelColumnName, null, "Give the name of the label column.");
        DataViewSchema.Column score = Find(
            data.Schema, scoreColumnName, NumberDataViewType.Single, "Evaluate the output of a flow's Transform.");
        DataViewSchema.Column predicted = Find(
            data.Schema, predictedLabelColumnName, BooleanDataViewType.Instance, "Evaluate the output of a flow's Transform.");

        DataViewSchema.Column? logLikelihood = logLikelihoodColumnName is null
            ? null
            : Find(
                data.Schema, logLikelihoodColumnName, NumberDataViewType.Single, "Evaluate the output of a flow's Transform.");

        var scores = new List<double>();
        var labels = new List<bool>();
        long unlabeled = 0, unscored = 0, alarmsOnAnomalies = 0, alarmsOnNormals = 0;
        double sumOfLogLikelihoods = 0;
        long scoredNormals = 0;

        using (DataViewRowCursor cursor = data.GetRowCursor(
            new DataViewSchema.Column?[] { label, score, predicted, logLikelihood }.OfType<DataViewSchema.Column>()))
        {
            Func<bool?> readLabel = LabelReader.Create(cursor, label, anomalyKeyValue);
            ValueGetter<float> readScore = cursor.GetGetter<float>(score);
            ValueGetter<bool> readPredicted = cursor.GetGetter<bool>(predicted);
            ValueGetter<float>? readLogLikelihood =
                logLikelihood is null ? null : cursor.GetGetter<float>(logLikelihood.Value);
            float value = 0, nats = 0;
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
                    nats = -value;
                    readLogLikelihood?.Invoke(ref nats);
                    sumOfLogLikelihoods += nats;
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
        if (normals == 0)
        {
            throw new ArgumentException(
                $"Column '{labelColumnName}' holds {anomalies} anomalies and {normals} normal rows ({unlabeled} without a "
                + $"label), where {LabelReader.Rule(label)}, but evaluation needs normal rows. "
                + "Map the labels so that normal rows are not anomalies, or evaluate data that has some.");
        }

        ThresholdMetrics[] thresholds = RankingMetrics.Thresholds([.. scores], [.. labels]);
        double area = anomalies == 0 ? double.NaN : RankingMetrics.AreaUnderRocCurve(thresholds);
        if (label.Type is KeyDataViewType && anomalyKeyValue is null && area < 0.5)
        {
            host.Warning(
                $"The area under the ROC curve is {area.ToString("F3", CultureInfo.InvariantCulture)}: anomalies score lower "
                + $"than normal rows. {LabelReader.Rule(label)} in key column '{labelColumnName}', and keys are "
                + "often numbered in the order in which values appear. If the other value means anomaly, give it as "
                + "anomalyKeyValue.");
        }

        return new FlowMetrics
        {
            AreaUnderRocCurve = area,
            AveragePrecision = anomalies == 0 ? double.NaN : RankingMetrics.AveragePrecision(thresholds),
            DetectionRateAtFalsePositiveCount = anomalies == 0
                ? double.NaN
                : RankingMetrics.DetectionRate(thresholds, falsePositiveCount),
            FalsePositiveCount = falsePositiveCount,
            Precision = anomalies == 0 ? double.NaN
                : alarmsOnAnomalies + alarmsOnNormals == 0
                    ? 0
                    : (double)alarmsOnAnomalies / (alarmsOnAnomalies + alarmsOnNormals),
            Recall = anomalies == 0 ? double.NaN : (double)alarmsOnAnomalies / anomalies,
            FalseAlarmRate = (double)alarmsOnNormals / normals,
            MeanLogLikelihood = sumOfLogLikelihoods / scoredNormals,
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
                $"There is no column '{name}' among "
                + $"{string.Join(", ", schema.Where(c => !c.IsHidden).Select(c => $"'{c.Name}'"))}. {remedy}");
        }

        return type is null || column.Type.Equals(type)
            ? column
            : throw new ArgumentException($"Column '{name}' is {column.Type}, but {type} is expected. {remedy}");
    }
}
