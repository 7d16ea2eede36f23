using Microsoft.ML;

namespace MLNet.Flows.Tool.Reports;

/// <summary>What a pass over scored rows says of them, in bounded memory.</summary>
internal sealed class ScoreSurvey
{
    private const int MaximumLikelihoods = 200_000;
    private const int PValueBins = 20;
    private const int MaximumStretches = 100;

    private readonly List<float> _likelihoods = [];
    private readonly Random _random = new(1);
    private readonly long[] _pValues = new long[PValueBins];
    private readonly List<long> _alarms = [];
    private double _sum;

    public long Rows { get; private set; }

    public long Alarms { get; private set; }

    public long Unscored { get; private set; }

    public double MeanLogLikelihood => _sum / (Rows - Unscored);

    /// <summary>Log-likelihoods: all, or a uniform sample of 200,000.</summary>
    public IReadOnlyList<float> LogLikelihoods => _likelihoods;

    /// <summary>Shares of the rows with a p-value in each twentieth of [0, 1].</summary>
    public double[] PValueShares => Array.ConvertAll(_pValues, count => count / (double)Math.Max(1, Rows - Unscored));

    /// <summary>Rows in a stretch of <see cref="AlarmShares"/>.</summary>
    public long StretchLength { get; private set; } = 1;

    /// <summary>Shares of alarms in stretches of the rows, in their order.</summary>
    public double[] AlarmShares =>
    [
        .. _alarms.Select((count, i) => (double)count / Math.Min(StretchLength, Rows - (i * StretchLength))),
    ];

    /// <param name="scored">What the flow's model made of the rows.</param>
    /// <param name="flow">The flow.</param>
    public static ScoreSurvey Of(IDataView scored, FlowTransformer flow)
    {
        var survey = new ScoreSurvey();
        DataViewSchema schema = scored.Schema;
        using DataViewRowCursor cursor = scored.GetRowCursor(
            [schema[flow.LogLikelihoodColumnName], schema[flow.PValueColumnName], schema[flow.PredictedLabelColumnName]]);
        ValueGetter<float> readLikelihood = cursor.GetGetter<float>(schema[flow.LogLikelihoodColumnName]);
        ValueGetter<float> readPValue = cursor.GetGetter<float>(schema[flow.PValueColumnName]);
        ValueGetter<bool> readAlarm = cursor.GetGetter<bool>(schema[flow.PredictedLabelColumnName]);
        while (cursor.MoveNext())
        {
            (float likelihood, float pValue, bool alarm) = (0, 0, false);
            readLikelihood(ref likelihood);
            readPValue(ref pValue);
            readAlarm(ref alarm);
            survey.Add(likelihood, pValue, alarm);
        }

        return survey;
    }

    private void Add(float likelihood, float pValue, bool alarm)
    {
        if (Rows == MaximumStretches * StretchLength)
            MergeStretches();
        if (Rows++ % StretchLength == 0)
            _alarms.Add(0);
        _alarms[^1] += alarm ? 1 : 0;
        Alarms += alarm ? 1 : 0;
        if (float.IsNaN(likelihood) || float.IsNaN(pValue))
        {
            Unscored++;
            return;
        }

        _sum += likelihood;
        _pValues[Math.Min(PValueBins - 1, (int)(pValue * PValueBins))]++;
        // Vitter 1985, algorithm R.
        if (_likelihoods.Count < MaximumLikelihoods)
            _likelihoods.Add(likelihood);
        else if (_random.NextInt64(Rows - Unscored) is var place and < MaximumLikelihoods)
            _likelihoods[(int)place] = likelihood;
    }

    private void MergeStretches()
    {
        for (int i = 0; i < _alarms.Count / 2; i++)
            _alarms[i] = _alarms[2 * i] + _alarms[(2 * i) + 1];
        _alarms.RemoveRange(_alarms.Count / 2, _alarms.Count - (_alarms.Count / 2));
        StretchLength *= 2;
    }
}
