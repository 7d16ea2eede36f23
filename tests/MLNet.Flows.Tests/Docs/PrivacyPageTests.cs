using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Persistence;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Docs;

/// <summary>What docs/how-to/privacy.md says that a model file tells of its training rows, and what to do about it.</summary>
public sealed class PrivacyPageTests
{
    private static readonly MLContext Context = new(seed: 1);

    // With as many rows as are kept, and none of them held out for calibration.
    private static readonly PlanarFlowEstimator.Options OneFlow = new()
    {
        NumberOfMembers = 1,
        MaximumSteps = 50,
        CalibrationFolds = 0,
        Seed = 1,
    };

    [Fact]
    public void File_OfFewRows_HoldsTheLikelihoodOfEveryTrainingRow()
    {
        float[][] rows = Rows.Normal(500, 3), others = Rows.Normal(500, 3, seed: 2);
        PlanarFlowTransformer flow = Context.Flows.PlanarFlow(OneFlow).Fit(Rows.View(Context, rows));

        Assert.Equal(500, CountRecognized(flow, rows));
        Assert.InRange(CountRecognized(flow, others), 0, 5);
    }

    [Fact]
    public void Recalibrate_OnOtherRows_TakesTheTrainingRowsLikelihoodsOut()
    {
        float[][] rows = Rows.Normal(500, 3), others = Rows.Normal(2_000, 3, seed: 2);
        PlanarFlowTransformer model = Context.Flows.PlanarFlow(OneFlow).Fit(Rows.View(Context, rows));
        IDataView rowsThatMayBeKnown = Rows.View(Context, others);

        PlanarFlowTransformer published = model.Recalibrate(rowsThatMayBeKnown);

        Assert.InRange(CountRecognized(published, rows), 0, 5);
        Assert.Equal(2_000, CountRecognized(published, others));
    }

    [Fact]
    public void File_OfManyRows_HoldsTheLowestLikelihoodsOfAll()
    {
        float[][] rows = Rows.Normal(6_000, 3);
        PlanarFlowTransformer flow = Context.Flows.PlanarFlow(OneFlow).Fit(Rows.View(Context, rows));
        float[] likelihoods = [.. flow.Transform(Rows.View(Context, rows)).GetColumn<float>("LogLikelihood").Order()];

        Assert.Equal(likelihoods[..1024], KeptLikelihoods(flow)[..1024]);
        Assert.Equal(4096, KeptLikelihoods(flow).Length);
    }

    [Fact]
    public void File_WithCategories_HoldsEveryValueInTheOrderOfItsFirstRowAndItsCount()
    {
        string[] shops = [.. Enumerable.Range(0, 400).Select(i => i == 7 ? "Müller GmbH" : i % 3 == 0 ? "food" : "fuel")];
        IDataView data = Context.Data.LoadFromEnumerable(
            shops.Select((shop, i) => new Payment { Features = [MathF.Sin(i)], Shop = shop }));
        PlanarFlowTransformer flow = Context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            CategoricalColumnNames = ["Shop"],
            NumberOfMembers = 1,
            MaximumSteps = 20,
        }).Fit(data);

        byte[] file = FlowModelFormat.Write(flow.Model);
        FlowModel read = FlowModelFormat.Read(file);

        Assert.True(file.AsSpan().IndexOf(Encoding.UTF8.GetBytes("Müller GmbH")) > 0);
        Assert.Equal(["food", "fuel", "Müller GmbH"], Enumerable.Range(1, 3).Select(read.Dictionaries[0].Text));
        int rare = Math.Max(Count(file, MathF.Log(1f / 400)), Count(file, (float)Math.Log(1.0 / 400)));
        Assert.True(rare > 0, "the share of a value that one row has");
        Assert.Equal(400, read.History.RowsUsed);
    }

    [Fact]
    public void File_HoldsMeansScalesConstantsNamesAndTheRangeOfTheContext()
    {
        float[][] rows = [.. Rows.Normal(300, 1).Select(row => new[] { 50 + row[0], 1234.5f })];
        IDataView data = Context.Data.LoadFromEnumerable(
            rows.Select((row, i) => new Visit { Age = row[0], Clinic = row[1], Given = [i] }));
        var model = Context.Transforms.Concatenate("Features", "Age", "Clinic")
            .Append(Context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
            {
                ContextColumnName = "Given",
                NumberOfMembers = 1,
                MaximumSteps = 20,
            }))
            .Fit(data);
        FlowModel read = FlowModelFormat.Read(FlowModelFormat.Write(model.LastTransformer.Model));
        FlowDensity density = read.Density.Flow;
        ContextScale context = density.Context!;

        Assert.Equal(["Age", "Clinic"], read.SlotNames!);
        Assert.Equal([1234.5f], density.Columns.ConstantValues.ToArray());
        Standardization standardization = density.Chain.Bijections.OfType<Standardization>().First();
        Assert.Equal(rows.Average(row => row[0]), standardization.Mean[0], 1e-3f);
        Assert.Equal(0, context.Mean[0] + context.Lowest[0] / context.InverseScale[0], 1e-3);
        Assert.Equal(299, context.Mean[0] + context.Highest[0] / context.InverseScale[0], 1e-3);
    }

    // A center with a row to itself stays close to it: 200 components know 100 rows.
    [Fact]
    public void File_OfMoreComponentsThanRows_HasACenterNearEveryRow()
    {
        float[][] rows = Rows.Normal(100, 3);
        PlanarFlowTransformer flow = Context.Flows.PlanarFlow(contamination: 0).Fit(Rows.View(Context, rows));
        Transformed chain = flow.Model.Density.Flow.Chain;
        var standardization = (Standardization)chain.Bijections[0];
        NormalMixture mixture = Assert.IsType<NormalMixture>(chain.Base);

        Assert.Equal(200, mixture.Components);
        double[] nearest = [.. rows.Select(row => Enumerable.Range(0, 200).Min(m => Math.Sqrt(Enumerable.Range(0, 3).Sum(
            d => Math.Pow((row[d] - standardization.Mean[d]) / standardization.Scale[d] - mixture.Mean[3 * m + d], 2)))))];
        Assert.InRange(nearest.Order().ElementAt(50), 0, 0.35);
    }

    [Fact]
    public void Save_WithTheSchemaOfAllColumns_KeepsKeyValuesThatTheModelDoesNotUse()
    {
        IDataView data = Context.Transforms.Conversion.MapValueToKey("Customer").Fit(Payments()).Transform(Payments());
        ITransformer model = Context.Flows.PlanarFlow(OneFlow).Fit(data);
        MLContext mlContext = Context;
        var all = new MemoryStream();
        var file = new MemoryStream();

        mlContext.Model.Save(model, data.Schema, all);

        IDataView read = mlContext.Transforms.SelectColumns("Features").Fit(data).Transform(data);
        mlContext.Model.Save(model, read.Schema, file);

        Assert.Contains("customer 7", KeyValues(all, "Customer"));
        file.Position = 0;
        Assert.NotNull(mlContext.Model.Load(file, out DataViewSchema saved).FindFlow());
        Assert.Equal(["Features"], saved.Select(column => column.Name));
    }

    [Fact]
    public void File_HasNoTrainingRowAndNoTimesOfTheTraining()
    {
        float[][] rows = Rows.Normal(300, 2);
        PlanarFlowTransformer flow = Context.Flows.PlanarFlow(OneFlow).Fit(Rows.View(Context, rows));
        byte[] file = FlowModelFormat.Write(flow.Model);

        Assert.All(rows, row => Assert.Equal(0, Count(file, row[0]) + Count(file, row[1])));
        Assert.All(FlowModelFormat.Read(file).History.Progress, report => Assert.Equal(TimeSpan.Zero, report.Elapsed));
    }

    private static IDataView Payments() => Context.Data.LoadFromEnumerable(
        Enumerable.Range(0, 100).Select(i => new Payment { Features = [MathF.Sin(i)], Customer = $"customer {i}" }));

    // How many rows have a likelihood that stands in the file.
    private static int CountRecognized(PlanarFlowTransformer flow, float[][] rows)
    {
        HashSet<float> kept = [.. KeptLikelihoods(flow)];
        return flow.Transform(Rows.View(Context, rows)).GetColumn<float>("LogLikelihood").Count(kept.Contains);
    }

    // As the file has them: their number, then as many floats.
    private static float[] KeptLikelihoods(PlanarFlowTransformer flow)
    {
        var writer = new MLNet.Flows.Serialization.ModelWriter();
        FlowModelFormat.Read(FlowModelFormat.Write(flow.Model)).Quantiles.Write(writer);
        int count = BitConverter.ToInt32(writer.Payload);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = BitConverter.ToSingle(writer.Payload[(4 + 4 * i)..]);
        return values;
    }

    private static int Count(byte[] file, float value) => file.AsSpan().Count(BitConverter.GetBytes(value));

    // Of a column in the schema that was saved.
    private static string[] KeyValues(MemoryStream model, string column)
    {
        model.Position = 0;
        Context.Model.Load(model, out DataViewSchema schema);
        VBuffer<ReadOnlyMemory<char>> values = default;
        schema[column].GetKeyValues(ref values);
        return [.. values.DenseValues().Select(value => value.ToString())];
    }

    private sealed class Payment
    {
        [VectorType(1)]
        public float[] Features { get; set; } = [];

        public string Shop { get; set; } = "";

        public string Customer { get; set; } = "";
    }

    private sealed class Visit
    {
        public float Age { get; set; }

        public float Clinic { get; set; }

        [VectorType(1)]
        public float[] Given { get; set; } = [];
    }
}
