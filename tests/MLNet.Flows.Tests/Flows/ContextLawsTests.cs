using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Flows;

/// <summary>What every flow owes as a density given a context: each law runs on each line of <see cref="FlowTable"/>.</summary>
public sealed class ContextLawsTests
{
    private readonly MLContext _context = new(seed: 1);

    public static TheoryData<string> All => [.. FlowTable.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void GetOutputSchema_WithAContext_PromisesWhatIsDelivered(string name)
    {
        IDataView data = View(Draw(100));

        SchemaShape promised = FlowTable.Create(_context, name, Options(name)).GetOutputSchema(FlowSchemaShape.Of(data.Schema));

        DataViewSchema delivered = Fit(name, Draw(100)).GetOutputSchema(data.Schema);
        Assert.Equal(
            delivered.Select(column => (column.Name, $"{column.Type.RawType}")).Order(),
            promised.Select(column => (column.Name, $"{RawType(column)}")).Order());

        static Type RawType(SchemaShape.Column column) => column.Kind == SchemaShape.Column.VectorKind.Scalar
            ? column.ItemType.RawType
            : typeof(VBuffer<>).MakeGenericType(column.ItemType.RawType);
    }

    // Blocks of a cursor, rows of an engine, the array, and the model that was saved: the same bits.
    [Theory]
    [MemberData(nameof(All))]
    public void Score_ByBlockRowArrayAndLoadedModel_IsTheSameBits(string name)
    {
        GivenRow[] train = Draw(200), rows = Draw(70, seed: 2);
        FlowTransformer model = Fit(name, train);
        string zip = Path.Combine(Directory.CreateTempSubdirectory("flow").FullName, "model.zip");
        _context.Model.Save(model, View(train).Schema, zip);
        FlowTransformer loaded = _context.Model.Load(zip, out _).FindFlow();

        string[] blocks = Outputs(model, rows);
        using var engine = _context.Model.CreatePredictionEngine<GivenRow, Scored>(model, inputSchemaDefinition: Schema());
        float[] array = new float[rows.Length], pValues = new float[rows.Length];
        model.LogLikelihood([.. rows.SelectMany(r => r.Features)], [.. rows.SelectMany(r => r.Given)], array);
        model.PValue([.. rows.SelectMany(r => r.Features)], [.. rows.SelectMany(r => r.Given)], pValues);

        Assert.Equal(blocks, Outputs(loaded, rows));
        Assert.Equal(("Given", 2), (loaded.ContextColumnName, loaded.ContextCount));
        Assert.Equal(
            blocks,
            rows.Select(engine.Predict).Select(each => Line(each.LogLikelihood, each.PValue, each.PredictedLabel)));
        Assert.Equal(blocks.Select(line => line.Split(' ')[0]), array.Select(each => FormattableString.Invariant($"{each:R}")));
        Assert.Equal(
            blocks.Select(line => line.Split(' ')[1]), pValues.Select(each => FormattableString.Invariant($"{each:R}")));
        Directory.Delete(Path.GetDirectoryName(zip)!, recursive: true);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Fit_SameSeedOnOneAndTwoThreads_IsTheSameModel(string name)
    {
        GivenRow[] rows = Draw(400);
        string[] Outputs(int threads)
        {
            FlowOptions options = Options(name);
            (options.NumberOfThreads, options.CalibrationFolds, options.BatchSize, options.MaximumSteps) = (threads, 2, 300, 60);
            return ContextLawsTests.Outputs(FlowTable.Create(new MLContext(9), name, options).Fit(View(rows)), rows);
        }

        Assert.Equal(Outputs(threads: 1), Outputs(threads: 2));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Transform_ContextMissingOrInfinite_AlarmsAndLeavesOthersAlone(string name)
    {
        FlowTransformer model = Fit(name, [.. Draw(200), new GivenRow { Features = [0, 0, 7], Given = [float.NaN, 0] }]);
        GivenRow[] rows = Draw(30, seed: 8);
        GivenRow[] spoiled = [.. rows.Select((row, i) => i % 3 > 0
            ? row
            : new GivenRow { Features = row.Features, Given = [row.Given[0], i % 2 == 0 ? float.NaN : float.NegativeInfinity] })];

        string[] clean = Outputs(model, rows), actual = Outputs(model, spoiled);

        for (int i = 0; i < rows.Length; i++)
            Assert.Equal(i % 3 == 0 ? "NaN NaN True" : clean[i], actual[i]);
        Assert.Equal(1, model.History.RowsSkipped);
    }

    // Far beyond what was ever given, every likelihood is finite and every p-value one.
    [Theory]
    [MemberData(nameof(All))]
    public void Transform_ContextFarOut_GivesFiniteLikelihoods(string name)
    {
        FlowTransformer model = Fit(name, Draw(200));

        string[] outputs = Outputs(model, [.. Draw(20).SelectMany(row => new[] { 1e4f, -1e15f, 3e38f }.Select(far =>
            new GivenRow { Features = row.Features, Given = [far, row.Given[1]] }))]);

        Assert.All(outputs, line => Assert.True(float.IsFinite(float.Parse(line.Split(' ')[0]))));
        Assert.All(outputs, line => Assert.InRange(float.Parse(line.Split(' ')[1]), 0, 1));
    }

    // The latent of what was drawn given a context, under another context, is no draw from the base; under its own it is: of the
    // draws, as many are less likely than the median as are likelier.
    [Theory]
    [MemberData(nameof(All))]
    public void Sample_GivenContexts_IsDrawnFromTheDensityGivenThem(string name)
    {
        FlowOptions options = Options(name);
        options.MaximumSteps = 300;
        FlowTransformer model = FlowTable.Create(_context, name, options).Fit(View(Draw(2000)));
        foreach (float at in new[] { -1.5f, 0, 1.5f })
        {
            const int Count = 20_000;
            float[] contexts = [.. Enumerable.Repeat(new[] { at, 0.3f }, Count).SelectMany(each => each)];
            float[] draws = model.Sample(contexts, seed: 6);
            float[] first = [.. draws.Where((_, i) => i % 3 == 0)];

            // By the density alone: its moments given the context, over a grid of the two columns that vary.
            (double mass, double mean, double square) = Moments(model, at);

            Assert.Equal(1, mass, 0.02);
            Assert.Equal(mean, first.Average(x => (double)x), 0.05);
            Assert.Equal(Math.Sqrt(square - mean * mean), Math.Sqrt(first.Average(x => Math.Pow(x - mean, 2))), 0.08);
            Assert.All(draws.Where((_, i) => i % 3 == 2), x => Assert.Equal(7, x, 1e-3));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Explain_GivenAContext_AddsUpToTheDifferenceFromItsReference(string name)
    {
        FlowTransformer model = Fit(name, Draw(300));
        foreach (GivenRow row in Draw(6, seed: 7).Append(new GivenRow { Features = [5, -4, 7], Given = [-1, 0] }))
        {
            IReadOnlyList<FeatureContribution> parts = model.Explain(row.Features, row.Given, numberOfFeatures: 3);
            float[] reference = [.. parts.OrderBy(part => part.Index).Select(part => part.Reference)];
            var scores = new float[2];
            model.Score([.. row.Features, .. reference], [.. row.Given, .. row.Given], scores);

            Assert.Equal(
                scores[0] - scores[1], parts.Sum(part => part.Contribution), 2e-2 * (1 + Math.Abs(scores[0] - scores[1])));
            IReadOnlyList<FeatureContribution> byName = _context.Flows.Explain(model, row, 3, Schema());
            Assert.Equal(parts.Select(part => part.Contribution), byName.Select(part => part.Contribution));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Fit_CancelledAfterAnEvaluation_KeepsTheBest(string name)
    {
        using var later = new CancellationTokenSource();
        FlowOptions options = Options(name);
        (options.CancellationToken, options.MaximumSteps, options.Progress) = (later.Token, 10_000, new Call(later.Cancel));

        FlowTransformer model = FlowTable.Create(_context, name, options).Fit(View(Draw(100)));

        Assert.Equal(TrainingStopReason.Cancelled, model.History.StopReason);
        Assert.All(Outputs(model, Draw(20, seed: 3)), line => Assert.True(float.IsFinite(float.Parse(line.Split(' ')[0]))));
    }

    // Rows spread with the context: the two columns that vary follow it, the first with a spread that it decides.
    private static GivenRow[] Draw(int count, int seed = 1)
    {
        var random = new RandomStream(seed, 78);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double c = random.NextGaussian(), x = Math.Sin(c) + (0.4 + 0.2 * Math.Tanh(c)) * random.NextGaussian();
            double y = 0.5 * x + 0.4 * random.NextGaussian();
            return new GivenRow { Features = [(float)x, (float)y, 7], Given = [(float)c, (float)random.NextGaussian()] };
        })];
    }

    private static (double Mass, double Mean, double Square) Moments(FlowTransformer model, float at)
    {
        const double Edge = 8, Step = 0.05;
        int side = (int)(2 * Edge / Step);
        var rows = new float[3 * side * side];
        for (int i = 0; i < side * side; i++)
        {
            (rows[3 * i], rows[3 * i + 1]) = ((float)(i / side * Step - Edge), (float)(i % side * Step - Edge));
            rows[3 * i + 2] = 7;
        }

        var logLikelihoods = new float[side * side];
        model.LogLikelihood(
            rows, [.. Enumerable.Repeat(new[] { at, 0.3f }, side * side).SelectMany(each => each)], logLikelihoods);

        // The constant column's density has its own mass; that of the others is what is left of the whole.
        double plateau = Plateau(model, at);
        double mass = 0, mean = 0, square = 0;
        for (int i = 0; i < logLikelihoods.Length; i++)
        {
            double p = Math.Exp(logLikelihoods[i] - plateau) * Step * Step;
            (mass, mean, square) = (mass + p, mean + p * rows[3 * i], square + p * rows[3 * i] * rows[3 * i]);
        }

        return (mass, mean / mass, square / mass);
    }

    // log-density of the constant column at its constant.
    private static double Plateau(FlowTransformer model, float at) =>
        model.Model.Density.Flows[0].Columns.ConstantLogProb([0, at, 7]);

    private FlowTransformer Fit(string name, GivenRow[] rows) => FlowTable.Create(_context, name, Options(name)).Fit(View(rows));

    private static FlowOptions Options(string name)
    {
        FlowOptions options = FlowTable.Options(name);
        options.ContextColumnName = "Given";
        return options;
    }

    private static string[] Outputs(FlowTransformer model, GivenRow[] rows)
    {
        IDataView scored = model.Transform(View(rows));
        float[] logLikelihoods = [.. scored.GetColumn<float>("LogLikelihood")], pValues = [.. scored.GetColumn<float>("PValue")];
        bool[] alarms = [.. scored.GetColumn<bool>("PredictedLabel")];
        return [.. rows.Select((_, i) => Line(logLikelihoods[i], pValues[i], alarms[i]))];
    }

    private static string Line(float logLikelihood, float pValue, bool alarm) =>
        FormattableString.Invariant($"{logLikelihood:R} {pValue:R} {alarm}");

    private static IDataView View(GivenRow[] rows) => new MLContext(1).Data.LoadFromEnumerable(rows, Schema());

    private static SchemaDefinition Schema()
    {
        var schema = SchemaDefinition.Create(typeof(GivenRow));
        schema[nameof(GivenRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3);
        schema[nameof(GivenRow.Given)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 2);
        return schema;
    }

    public sealed class GivenRow
    {
        public float[] Features { get; set; } = [];

        public float[] Given { get; set; } = [];
    }

    private sealed class Scored
    {
        public float LogLikelihood { get; set; }

        public float PValue { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class Call(Action action) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => action();
    }
}
