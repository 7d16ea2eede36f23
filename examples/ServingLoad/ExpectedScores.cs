using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows;

namespace ServingLoad;

/// <summary>What a model file says of the pool's rows, computed in this process: log-likelihoods and scores from arrays, p-values
/// and alarms from one view of all rows.</summary>
internal sealed class ExpectedScores
{
    private readonly MLContext _mlContext;
    private readonly float[] _logLikelihoods;
    private readonly float[] _scores;
    private readonly float[] _pValues;
    private readonly bool[] _alarms;

    public ExpectedScores(MLContext mlContext, string path, RowPool pool)
    {
        _mlContext = mlContext;
        Content = File.ReadAllBytes(path);
        Hash = Convert.ToHexStringLower(SHA256.HashData(Content).AsSpan(0, 8));
        ITransformer model = mlContext.Model.Load(path, out _);

        float[] rows = [.. pool.Rows.SelectMany(row => row.Features)];
        (_logLikelihoods, _scores) = (new float[pool.Rows.Length], new float[pool.Rows.Length]);
        FlowTransformer flow = model.FindFlow();
        flow.LogLikelihood(rows, _logLikelihoods);
        flow.Score(rows, _scores);

        IDataView scored = model.Transform(mlContext.Data.LoadFromEnumerable(pool.Rows));
        _pValues = [.. scored.GetColumn<float>("PValue")];
        _alarms = [.. scored.GetColumn<bool>("PredictedLabel")];
    }

    public string Hash { get; }

    public byte[] Content { get; }

    /// <summary>Whether the answer holds these rows' scores, to the bit.</summary>
    public bool Matches(ScoreAnswer answer, int start) => answer.Rows.Index().All(
        row => Matches(row.Item, start + row.Index) && row.Item.IsAlarm == _alarms[start + row.Index]);

    /// <summary>Whether the answer holds these rows' scores and q-values, to the bit, and their selection.</summary>
    public bool MatchesSelection(ScoreAnswer answer, int start, double falseDiscoveryRate)
    {
        IEnumerable<Tested> tested =
            _pValues.Skip(start).Take(answer.Rows.Length).Select(pValue => new Tested { PValue = pValue });
        IDataView selected =
            _mlContext.Flows.SelectAlarms(_mlContext.Data.LoadFromEnumerable(tested), falseDiscoveryRate).Rows;
        float[] qValues = [.. selected.GetColumn<float>("QValue")];
        bool[] alarms = [.. selected.GetColumn<bool>("PredictedLabel")];
        return answer.Rows.Index().All(
            row => Matches(row.Item, start + row.Index)
                && Same(row.Item.QValue, qValues[row.Index])
                && row.Item.IsAlarm == alarms[row.Index]);
    }

    private bool Matches(ScoredRow row, int i) =>
        Same(row.LogLikelihood, _logLikelihoods[i]) && Same(row.Score, _scores[i]) && Same(row.PValue, _pValues[i]);

    // NaN travels as null.
    private static bool Same(float? given, float expected) => given is { } value
        ? BitConverter.SingleToInt32Bits(value) == BitConverter.SingleToInt32Bits(expected)
        : float.IsNaN(expected);

    private sealed class Tested
    {
        public float PValue { get; set; }
    }
}
