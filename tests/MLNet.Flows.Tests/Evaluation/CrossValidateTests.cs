using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.Transformers;

namespace MLNet.Flows.Tests.Evaluation;

public sealed class CrossValidateTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void CrossValidate_Folds_AreWhatFitAndEvaluateGiveOnThem()
    {
        IDataView data = View(Draw(300));

        CrossValidationResult result = _context.Flows.CrossValidate(data, Chain(), 3, "Label", seed: 4);

        var splits = new MLContext(4).Data.CrossValidationSplit(data, 3);
        Assert.Equal(3, result.Folds.Count);
        for (int i = 0; i < 3; i++)
        {
            CrossValidationFold fold = result.Folds[i];
            FlowMetrics metrics = _context.Flows.Evaluate(fold.Model.Transform(splits[i].TestSet));
            Assert.Equal(i, fold.Fold);
            Assert.Equal(metrics.MeanLogLikelihood, fold.MeanLogLikelihood, 1e-9);
            Assert.Equal(metrics.AreaUnderRocCurve, fold.AreaUnderRocCurve);
            Assert.Equal(metrics.AveragePrecision, fold.AveragePrecision);
            Assert.Equal(metrics.FalseAlarmRate, fold.AlarmRate);
            Assert.Equal((metrics.NormalCount, metrics.AnomalyCount), (fold.RowCount, fold.AnomalyCount));

            Row[] train = [.. new MLContext(1).Data.CreateEnumerable<Row>(splits[i].TrainSet, reuseRowObject: false)];
            ITransformer alone = Chain().Fit(View([.. train.Where(row => !row.Label)]));
            Assert.Equal(
                TestFlows.Bits(alone.Transform(data).GetColumn<float>("Score")),
                TestFlows.Bits(fold.Model.Transform(data).GetColumn<float>("Score")));
        }

        Assert.Equal(300, result.Folds.Sum(fold => fold.RowCount + fold.AnomalyCount));
        Assert.True(result.AreaUnderRocCurve > 0.95, $"{result}");
        Assert.Equal(
            result.Folds.Sum(fold => fold.RowCount * fold.MeanLogLikelihood) / result.RowCount, result.MeanLogLikelihood, 1e-9);
    }

    [Fact]
    public void CrossValidate_OnOneThreadAndMany_GivesTheSameBits()
    {
        IDataView data = View(Draw(200));

        long[] Bits(int threads) =>
        [
            .. _context.Flows.CrossValidate(data, Chain(), labelColumnName: "Label", seed: 1, numberOfThreads: threads).Folds
                .SelectMany(fold => (double[])[fold.MeanLogLikelihood, fold.AreaUnderRocCurve, fold.AlarmRate])
                .Select(BitConverter.DoubleToInt64Bits),
        ];

        Assert.Equal(Bits(1), Bits(8));
    }

    [Fact]
    public void CrossValidate_WithoutLabels_ReportsLikelihoodAndAlarmsAlone()
    {
        CrossValidationResult result = _context.Flows.CrossValidate(View(Draw(300)), Chain(), numberOfFolds: 2);

        Assert.True(double.IsNaN(result.AreaUnderRocCurve));
        Assert.Equal(300, result.RowCount);
        Assert.InRange(result.AlarmRate, 0, 0.2);
        Assert.DoesNotContain("AUROC", result.ToString());
        Assert.All(result.Folds, fold => Assert.Equal(0.01, fold.FalseAlarmRate));
    }

    [Fact]
    public void CrossValidate_TrainingOnAnomalies_KeepsThemInTheOtherFolds()
    {
        IDataView data = View(Draw(300));

        CrossValidationResult without = _context.Flows.CrossValidate(data, Chain(), 3, "Label", seed: 4);
        CrossValidationResult with = _context.Flows.CrossValidate(data, Chain(), 3, "Label", trainsOnAnomalies: true, seed: 4);

        Assert.All(without.Folds.Zip(with.Folds), pair => Assert.Equal(
            pair.First.Model.FindFlow().History.RowsUsed + without.Folds.Sum(fold => fold.AnomalyCount) - pair.First.AnomalyCount,
            pair.Second.Model.FindFlow().History.RowsUsed));
    }

    [Fact]
    public void CrossValidate_OfSeveral_ComparesThemRowByRow()
    {
        var estimators = new Dictionary<string, IEstimator<ITransformer>>
        {
            ["planar"] = Chain(),
            ["one normal"] = Chain(BaseDistribution.StandardNormal),
        };
        Row[] rows = Draw(400);
        rows[7].X = float.NaN;

        CrossValidationComparison comparison = _context.Flows.CrossValidate(View(rows), estimators, 4, "Label", seed: 2);

        (double difference, double error) = comparison[1].Less(comparison[0]);
        Assert.Equal(comparison[1].MeanLogLikelihood - comparison[0].MeanLogLikelihood, difference, 1e-4);
        Assert.InRange(error, 1e-3, comparison[1].StandardError + comparison[0].StandardError);
        Assert.Equal((0.0, 0.0), comparison[0].Less(comparison[0]));
        Assert.Equal(1, comparison.Sum(result => result.Folds.Sum(fold => fold.UnscoredCount)) / 2);
        string[] lines = comparison.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{difference:+0.000;-0.000} +- {error:F3}"), lines[2]);
        Assert.StartsWith("planar", lines[1]);
        Assert.Same(comparison.MaxBy(result => result.MeanLogLikelihood), comparison.Best);
    }

    [Fact]
    public void CrossValidate_WithASamplingKey_KeepsItsRowsTogether()
    {
        IDataView data = View(Draw(300));

        CrossValidationResult result = _context.Flows.CrossValidate(
            data, Chain(), 3, "Label", samplingKeyColumnName: "Machine", seed: 1);

        IEnumerable<long> rows = result.Folds.Select(fold => fold.RowCount + fold.AnomalyCount);
        Assert.All(rows, count => Assert.Equal(0, count % 30));
        Assert.Equal(300, rows.Sum());
    }

    [Fact]
    public void CrossValidate_OfAKeyLabel_TakesTheValueThatMeansAnomaly()
    {
        IDataView data = _context.Transforms.Conversion.ConvertType("Text", "Label", DataKind.String)
            .Append(_context.Transforms.Conversion.MapValueToKey("Key", "Text"))
            .Fit(View(Draw(300))).Transform(View(Draw(300)));

        double area = _context.Flows.CrossValidate(
            data, Chain(), 3, "Key", anomalyKeyValue: "True", seed: 4).AreaUnderRocCurve;

        Assert.True(area > 0.95, $"{area}");
    }

    [Fact]
    public void CrossValidate_OfWhatCannotBe_SaysWhy()
    {
        IDataView data = View(Draw(60));
        FlowsCatalog flows = _context.Flows;
        IEstimator<ITransformer> noFlow = _context.Transforms.Concatenate("Features", "X", "Y");

        (Func<object> Call, string Says)[] faults =
        [
            (() => flows.CrossValidate(data, Chain(), 1), "numberOfFolds"),
            (() => flows.CrossValidate(data, Chain(), numberOfThreads: 0), "numberOfThreads"),
            (() => flows.CrossValidate(data, Chain(), labelColumnName: "Labl"), "There is no column 'Labl' among"),
            (() => flows.CrossValidate(data, Chain(), samplingKeyColumnName: "Id"), "There is no column 'Id' among"),
            (() => flows.CrossValidate(data, Chain(), labelColumnName: "Text"), "but a label is Boolean, Single"),
            (() => flows.CrossValidate(data, Chain(), anomalyKeyValue: "1"), "no label column"),
            (() => flows.CrossValidate(data, noFlow), "flow"),
            (() => flows.CrossValidate(data, new Dictionary<string, IEstimator<ITransformer>>()), "There is no estimator"),
            (() => flows.CrossValidate(data, [new("a", Chain()), new("a", Chain())]), "Two estimators are called 'a'."),
            (() => flows.CrossValidate(data, [new("", Chain())]), "has no name"),
        ];

        Assert.All(faults, fault => Assert.Contains(fault.Says, Assert.ThrowsAny<ArgumentException>(fault.Call).Message));
    }

    [Fact]
    public void CrossValidate_FoldWithoutNormalRows_SaysWhichFold()
    {
        Row[] rows = [.. Draw(40).Select(row => new Row { X = row.X, Y = row.Y, Label = true, Machine = row.Machine })];

        string fault = Assert.Throws<InvalidOperationException>(
            () => _context.Flows.CrossValidate(
                View(rows), Chain(), 2, "Label", trainsOnAnomalies: true, numberOfThreads: 1)).Message;

        Assert.StartsWith("Fold 0 of 0 to 1: none of the", fault);
    }

    private EstimatorChain<PlanarFlowTransformer> Chain(BaseDistribution? distribution = null) =>
        _context.Transforms.Concatenate("Features", "X", "Y").Append(_context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            BaseDistribution = distribution,
            NumberOfMembers = 1,
            MaximumSteps = 200,
            CalibrationFolds = 0,
            Seed = 3,
        }));

    private IDataView View(Row[] rows) => _context.Data.LoadFromEnumerable(rows);

    // Two clusters, and one row in fifteen far from both.
    private static Row[] Draw(int count)
    {
        var random = new RandomStream(8);
        return
        [
            .. Enumerable.Range(0, count).Select(i => new Row
            {
                X = (float)(random.NextGaussian() + (i % 2 == 0 ? 4 : -4) + (i % 15 == 0 ? 12 : 0)),
                Y = (float)random.NextGaussian() + (i % 15 == 0 ? 9 : 0),
                Label = i % 15 == 0,
                Machine = i % 10,
                Text = "a",
            }),
        ];
    }

    private sealed class Row
    {
        public float X { get; set; }

        public float Y { get; set; }

        public bool Label { get; set; }

        public float Machine { get; set; }

        public string Text { get; set; } = "";
    }
}
