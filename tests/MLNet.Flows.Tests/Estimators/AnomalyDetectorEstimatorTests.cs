using Microsoft.ML;
using MLNet.Flows.Interop;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Tests.Transformers;

namespace MLNet.Flows.Tests.Estimators;

public sealed class AnomalyDetectorEstimatorTests
{
    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData(null, 0.01)]
    [InlineData(0.0, 0.01)]
    [InlineData(0.1, 0.1)]
    public void Fit_InEverySetting_RanksOutliersFirst(double? contamination, double rate)
    {
        float[][] normal = Rows.Normal(300, 3);
        float[][] far = [.. Rows.Normal(20, 3, seed: 5).Select(row => (float[])[row[0] + 8, row[1] - 8, row[2]])];
        IDataView data = Rows.View(_context, contamination == 0 ? normal : [.. normal, .. far]);

        ConsensusTransformer model = _context.Flows.AnomalyDetector(contamination: contamination).Fit(data);

        float[] scores = Rows.Scores(model, Rows.View(_context, [.. Rows.Normal(300, 3, seed: 6), .. far]));
        Assert.Equal(rate, model.FalseAlarmRate);
        Assert.Equal(contamination switch { null => 8, 0 => 1, _ => 6 }, model.Members.Count);
        double median = scores[..300].Order().ElementAt(270);
        Assert.True(scores[300..].Count(score => score > median) >= 18, $"{scores[300..].Count(score => score > median)} of 20");
    }

    [Fact]
    public void GetOutputSchema_OfADetector_PromisesWhatIsDelivered()
    {
        IDataView data = Rows.View(_context, Rows.Normal(50, 2));
        AnomalyDetectorEstimator estimator = _context.Flows.AnomalyDetector(new AnomalyDetectorEstimator.Options
        {
            ScoreColumnName = "S",
            FeatureContributionsColumnName = "Why",
            Contamination = 0.1,
            Seed = 1,
        });

        SchemaShape promised = estimator.GetOutputSchema(FlowSchemaShape.Of(data.Schema));

        DataViewSchema delivered = estimator.Fit(data).Transform(data).Schema;
        Assert.Equal(
            delivered.Select(column => column.Name).Order(StringComparer.Ordinal),
            promised.Select(column => column.Name).Order(StringComparer.Ordinal));
        Assert.Contains("Why", delivered.Select(column => column.Name));
    }

    [Fact]
    public void Fit_SameSeed_IsTheSameModelAndAnotherIsNot()
    {
        IDataView data = Rows.View(_context, Rows.Normal(100, 2));
        int[] Fit(int seed)
        {
            var options = new AnomalyDetectorEstimator.Options { Seed = seed, Contamination = 0 };
            return TestFlows.Bits(Rows.Scores(_context.Flows.AnomalyDetector(options).Fit(data), data));
        }

        int[] first = Fit(1);

        Assert.Equal(first, Fit(1));
        Assert.NotEqual(first, Fit(2));
    }

    [Fact]
    public void AnomalyDetector_OptionsOutOfRange_AreListedTogether()
    {
        var options = new AnomalyDetectorEstimator.Options
        {
            Contamination = 0.7,
            FalseAlarmRate = -1,
            FeatureColumnName = "Score",
        };

        string fault = Assert.Throws<ArgumentException>(() => _context.Flows.AnomalyDetector(options)).Message;

        Assert.Contains("The options of AnomalyDetector have 3 faults", fault);
        Assert.Contains("Contamination is 0.7", fault);
        Assert.Contains("FalseAlarmRate is -1", fault);
        Assert.Contains("are not all different", fault);
        options.FeatureColumnName = "";
        Assert.Contains(
            "A column name is null or empty.",
            Assert.Throws<ArgumentException>(() => _context.Flows.AnomalyDetector(options)).Message);
    }
}
