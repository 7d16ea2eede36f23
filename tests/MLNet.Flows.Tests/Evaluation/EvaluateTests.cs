using Microsoft.ML;

namespace MLNet.Flows.Tests.Evaluation;

public sealed class EvaluateTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void Evaluate_BooleanLabels_ReportsThresholdMetrics()
    {
        FlowMetrics metrics = _context.Flows.Evaluate(Load(
            new(true, 9, true), new(true, 2, false), new(false, 3, true), new(false, 1, false), new(false, 0.5f, false)));

        Assert.Equal(0.5, metrics.Precision, 12);
        Assert.Equal(0.5, metrics.Recall, 12);
        Assert.Equal(0.5, metrics.F1Score, 12);
        Assert.Equal(1.0 / 3, metrics.FalseAlarmRate, 12);
        Assert.Equal(5.0 / 6, metrics.AreaUnderRocCurve, 12);
        Assert.Equal(-(3 + 1 + 0.5) / 3, metrics.MeanLogLikelihood, 6);
        Assert.Equal((2, 3), (metrics.AnomalyCount, metrics.NormalCount));
        Assert.Equal(5, metrics.Thresholds.Count);
    }

    [Fact]
    public void Evaluate_UnscoredRow_CountsAsTheStrangest()
    {
        FlowMetrics metrics = _context.Flows.Evaluate(
            Load(new(true, float.NaN, true), new(false, 5, false), new(false, 1, false)));

        Assert.Equal(1, metrics.UnscoredCount);
        Assert.Equal(1.0, metrics.AreaUnderRocCurve, 12);
        Assert.Equal(-3, metrics.MeanLogLikelihood, 6);
    }

    [Fact]
    public void Evaluate_SingleLabelsWithNaN_LeavesThemOut()
    {
        IDataView data = _context.Transforms
            .CustomMapping<BooleanRow, SingleRow>((row, to) => (to.Label, to.Score, to.PredictedLabel) =
                (row.Score == 5 ? float.NaN : row.Label ? 1 : 0, row.Score, row.PredictedLabel), null)
            .Append(_context.Transforms.SelectColumns("Label", "Score", "PredictedLabel"))
            .Fit(Load(new(true, 9, true), new(false, 5, true), new(false, 1, false)))
            .Transform(Load(new(true, 9, true), new(false, 5, true), new(false, 1, false)));

        FlowMetrics metrics = _context.Flows.Evaluate(data);

        Assert.Equal((1, 1, 1), (metrics.AnomalyCount, metrics.NormalCount, metrics.UnlabeledCount));
    }

    [Fact]
    public void Evaluate_KeyLabelsNamed_FindsTheAnomalyByItsText()
    {
        IDataView data = _context.Data.LoadFromEnumerable<TextRow>(
            [new("odd", 9, true), new("fine", 1, false), new("odd", 4, false), new("fine", 5, false)]);
        data = _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

        Assert.Equal(0.75, _context.Flows.Evaluate(data, anomalyKeyValue: "odd").AreaUnderRocCurve, 12);
        Assert.Equal(0.25, _context.Flows.Evaluate(data).AreaUnderRocCurve, 12);
        var error = Assert.Throws<ArgumentException>(() => _context.Flows.Evaluate(data, anomalyKeyValue: "bad"));
        Assert.Contains("has no value 'bad'; its values are 'odd', 'fine'", error.Message);
    }

    [Fact]
    public void Evaluate_NormalRowsAlone_GivesTheAlarmRateAndNaNAreas()
    {
        FlowMetrics metrics = _context.Flows.Evaluate(
            Load(new(false, 1, false), new(false, 2, true), new(false, 0, false), new(false, 5, false)));

        Assert.Equal(0.25, metrics.FalseAlarmRate, 12);
        Assert.Equal(-2, metrics.MeanLogLikelihood, 6);
        Assert.All(
            [metrics.AreaUnderRocCurve, metrics.AveragePrecision, metrics.DetectionRateAtFalsePositiveCount,
            metrics.Precision, metrics.Recall, metrics.F1Score],
            value => Assert.True(double.IsNaN(value)));
        Assert.Equal((0, 4), (metrics.AnomalyCount, metrics.NormalCount));
    }

    // Labels 1 and 2 are both above 0.
    [Fact]
    public void Evaluate_NoNormalRow_StatesTheRule()
    {
        IDataView data = _context.Data.LoadFromEnumerable<SingleRow>(
            [new() { Label = 1, Score = 1 }, new() { Label = 2, Score = 5, PredictedLabel = true }]);

        var error = Assert.Throws<ArgumentException>(() => _context.Flows.Evaluate(data));

        Assert.Contains(
            "Column 'Label' holds 2 anomalies and 0 normal rows (0 without a label), where a label above 0 means anomaly",
            error.Message);
    }

    [Fact]
    public void Evaluate_KeyLabelsWithoutNames_FindsTheAnomalyByItsNumber()
    {
        IDataView data = _context.Data.LoadFromEnumerable<KeyRow>(
            [new() { Label = 1, Score = 9 }, new() { Label = 2, Score = 1 },
            new() { Label = 1, Score = 4 }, new() { Label = 0, Score = 5 }]);

        Assert.Equal(0.75, _context.Flows.Evaluate(data, anomalyKeyValue: "1").AreaUnderRocCurve, 12);
        var error = Assert.Throws<ArgumentException>(() => _context.Flows.Evaluate(data, anomalyKeyValue: "3"));
        Assert.Contains("carries no text key values to find '3' among. Give the key's number, from 0 to 2.", error.Message);
    }

    [Theory]
    [InlineData("odd", 1)]
    [InlineData("fine", 0)]
    public void Evaluate_KeysByOrderOfAppearance_WarnsWhereAreasLookReversed(string first, int warnings)
    {
        string second = first == "odd" ? "fine" : "odd";
        IDataView data = _context.Data.LoadFromEnumerable<TextRow>(
            [new(first, first == "odd" ? 9 : 1, false), new(second, first == "odd" ? 1 : 9, false)]);
        data = _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        var messages = new List<string>();
        _context.Log += (_, message) => messages.AddRange(
            message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning ? [message.Message] : []);

        _context.Flows.Evaluate(data);

        Assert.Equal(warnings, messages.Count);
        Assert.All(
            messages, message => Assert.Contains("The second value, 'fine', means anomaly in key column 'Label'", message));
    }

    [Fact]
    public void Evaluate_WrongColumnName_NamesWhatIsThere()
    {
        var error = Assert.Throws<ArgumentException>(() => _context.Flows.Evaluate(Load(new BooleanRow(true, 1, true)), "Lable"));

        Assert.Contains("There is no column 'Lable' among 'Label', 'Score', 'PredictedLabel'", error.Message);
    }

    [Fact]
    public void Evaluate_TextLabel_SaysHowToConvert()
    {
        IDataView data = _context.Data.LoadFromEnumerable<TextRow>([new("odd", 9, true)]);

        var error = Assert.Throws<ArgumentException>(() => _context.Flows.Evaluate(data));

        Assert.Contains("Column 'Label' is String, but a label is Boolean, Single (above 0 = anomaly) or a key.", error.Message);
    }

    private IDataView Load(params BooleanRow[] rows) => _context.Data.LoadFromEnumerable(rows);

    private sealed class BooleanRow
    {
        public BooleanRow()
        {
        }

        public BooleanRow(bool label, float score, bool predictedLabel) =>
            (Label, Score, PredictedLabel) = (label, score, predictedLabel);

        public bool Label { get; set; }

        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class SingleRow
    {
        public float Label { get; set; }

        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class KeyRow
    {
        [Microsoft.ML.Data.KeyType(3)]
        public uint Label { get; set; }

        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class TextRow(string label, float score, bool predictedLabel)
    {
        public string Label { get; set; } = label;

        public float Score { get; set; } = score;

        public bool PredictedLabel { get; set; } = predictedLabel;
    }
}
