using Microsoft.ML;
using MLNet.Flows.Training;
using MLNet.Flows.Transformers;

namespace MLNet.Flows.Evaluation.CrossValidation;

/// <summary>Trains estimators on all folds but one and scores the one, folds side by side.</summary>
internal sealed class CrossValidator
{
    private readonly string? _labelColumnName;
    private readonly string? _anomalyKeyValue;
    private readonly (IDataView Train, IDataView Test)[] _folds;

    /// <param name="folds">What to train on and what to score, of each fold.</param>
    /// <param name="labelColumnName">Null for none.</param>
    /// <param name="anomalyKeyValue">For a key label; else null.</param>
    /// <param name="trainsOnAnomalies">Whether rows that are anomalies by their label are trained on.</param>
    public CrossValidator(
        IEnumerable<DataOperationsCatalog.TrainTestData> folds,
        string? labelColumnName,
        string? anomalyKeyValue,
        bool trainsOnAnomalies)
    {
        (_labelColumnName, _anomalyKeyValue) = (labelColumnName, anomalyKeyValue);
        _folds =
        [
            .. folds.Select(fold => (
                labelColumnName is null || trainsOnAnomalies
                    ? fold.TrainSet
                    : new NormalRowsView(fold.TrainSet, labelColumnName, anomalyKeyValue),
                fold.TestSet)),
        ];
    }

    /// <param name="estimators">With their names.</param>
    /// <param name="threads">Folds that train at a time, at most; the results do not depend on it.</param>
    public CrossValidationResult[] Run((string Name, IEstimator<ITransformer> Estimator)[] estimators, int threads)
    {
        var done = new CrossValidationFold[estimators.Length * _folds.Length];
        SideBySide.Run(done.Length, threads, work =>
        {
            (string name, IEstimator<ITransformer> estimator) = estimators[work / _folds.Length];
            int fold = work % _folds.Length;
            try
            {
                done[work] = Score(fold, estimator.Fit(_folds[fold].Train));
            }
            catch (InvalidOperationException fault)
            {
                throw new InvalidOperationException(
                    $"Fold {fold} of 0 to {_folds.Length - 1}{(name.Length > 0 ? $" of '{name}'" : "")}: {fault.Message}", fault);
            }
        });
        return
        [
            .. estimators.Select((each, i) => new CrossValidationResult(
                each.Name, done[(i * _folds.Length)..((i + 1) * _folds.Length)])),
        ];
    }

    private CrossValidationFold Score(int fold, ITransformer model)
    {
        FlowTransformer flow = FlowChain.Of(model).Flow;
        IDataView scored = model.Transform(_folds[fold].Test);
        DataViewSchema.Column logLikelihood = scored.Schema[flow.LogLikelihoodColumnName],
            score = scored.Schema[flow.ScoreColumnName], alarm = scored.Schema[flow.PredictedLabelColumnName];
        DataViewSchema.Column? label = _labelColumnName is null ? null : scored.Schema[_labelColumnName];
        List<float> likelihoods = [];
        List<double> scores = [];
        List<bool> anomalies = [];
        long unscored = 0, alarms = 0, normals = 0;
        double sum = 0;
        using (DataViewRowCursor cursor = scored.GetRowCursor(
            new DataViewSchema.Column?[] { logLikelihood, score, alarm, label }.OfType<DataViewSchema.Column>()))
        {
            Func<bool?> readLabel = label is null ? () => false : LabelReader.Create(cursor, label.Value, _anomalyKeyValue);
            ValueGetter<float> readLogLikelihood = cursor.GetGetter<float>(logLikelihood),
                readScore = cursor.GetGetter<float>(score);
            ValueGetter<bool> readAlarm = cursor.GetGetter<bool>(alarm);
            float nats = 0, strangeness = 0;
            bool alarmed = false;
            while (cursor.MoveNext())
            {
                readLogLikelihood(ref nats);
                readScore(ref strangeness);
                readAlarm(ref alarmed);
                bool? anomaly = readLabel();
                bool isScored = !float.IsNaN(strangeness);
                if (!isScored)
                    unscored++;
                likelihoods.Add(anomaly == false && isScored ? nats : float.NaN);
                if (anomaly is not bool known)
                    continue;
                scores.Add(isScored ? strangeness : double.PositiveInfinity);
                anomalies.Add(known);
                if (known || !isScored)
                    continue;
                normals++;
                sum += nats;
                if (alarmed)
                    alarms++;
            }
        }

        long strange = anomalies.LongCount(each => each);
        if (normals == 0)
        {
            throw new InvalidOperationException(
                $"none of the {likelihoods.Count} rows held out is normal and can be scored ({strange} anomalies, "
                + $"{unscored} with a missing or infinite value), so there is no likelihood to report. Take fewer folds, or "
                + "check the labels.");
        }

        ThresholdMetrics[] thresholds = RankingMetrics.Thresholds([.. scores], [.. anomalies]);
        return new CrossValidationFold
        {
            Fold = fold,
            Model = model,
            RowCount = normals,
            AnomalyCount = strange,
            UnscoredCount = unscored,
            MeanLogLikelihood = sum / normals,
            AlarmRate = (double)alarms / normals,
            FalseAlarmRate = flow.FalseAlarmRate,
            AreaUnderRocCurve = strange == 0 ? double.NaN : RankingMetrics.AreaUnderRocCurve(thresholds),
            AveragePrecision = strange == 0 ? double.NaN : RankingMetrics.AveragePrecision(thresholds),
            LogLikelihoods = [.. likelihoods],
        };
    }
}
