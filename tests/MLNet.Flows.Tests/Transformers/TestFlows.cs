using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Bijections.Radial;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Distributions;
using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.Bijections;
using MLNet.Flows.Tests.Bijections.Planar;

namespace MLNet.Flows.Tests.Transformers;

/// <summary>A flow made by hand, without training: five features, one of them constant.</summary>
internal static class TestFlows
{
    public const int FeatureCount = 5;

    public static FlowModel Model() =>
        Model(new TrainablePlanarStack(4, 6).Freeze(PlanarReference.RandomParameters(4, 6, 21, 0.7)));

    public static FlowModel RealNvpModel() => Model(
        BijectionTable.Coupling(4, [0, 2], [16, 20], scale: 0.7, inputBound: 1.5f),
        new Standardization([0.2f, 0, -0.1f, 0], [1.1f, 0.9f, 1, 2]),
        BijectionTable.Coupling(4, [1, 3], [16, 20, 8], scale: 0.7, inputBound: 1.5f));

    public static FlowModel RadialModel() => Model(
        new RadialLayer(
            [0.3f, -0.2f, 0.1f, 0.4f], alpha: 0.8f, beta: -0.6f), new RadialLayer([-0.5f, 0, 0.5f, -0.1f], alpha: 1.2f, beta: 2));

    public static FlowModel NiceModel() => Model(
        BijectionTable.Coupling(4, [0, 2], [16, 20], default(AdditiveMap), scale: 0.7, inputBound: 1.5f),
        BijectionTable.Coupling(4, [1, 3], [16], default(AdditiveMap), scale: 0.7, inputBound: 1.5f));

    public static FlowModel GlowModel() => Model(
        BijectionTable.Linear(4),
        BijectionTable.Coupling(4, [0, 2], [16, 20], scale: 0.7, inputBound: 1.5f));

    public static FlowModel MaskedAutoregressiveModel() => Model(
        BijectionTable.Autoregressive(4, [16, 20], new AffineMap(1), scale: 0.7),
        BijectionTable.Autoregressive(4, [], new AffineMap(0.5f), scale: 0.7));

    public static FlowModel ResidualAutoregressiveModel() => Model(
        BijectionTable.Autoregressive(4, [16, 16, 16], new AffineMap(1), scale: 0.7, residual: true));

    public static FlowModel NeuralSplineModel() => Model(
        BijectionTable.Linear(4),
        BijectionTable.Coupling(4, [0, 2], [16], new SplineMap(8, 3), scale: 0.7),
        BijectionTable.Autoregressive(4, [16], new SplineMap(4, 2), scale: 0.7));

    /// <summary>Given one value a row.</summary>
    public static FlowModel ContextModel() => Model(
        new ContextScale([0.8f], [0.5f], [-3], [3]),
        BijectionTable.Coupling(4, [], [16], new AffineMap(1), scale: 0.7, inputBound: 3, context: 1),
        BijectionTable.Autoregressive(4, [16], new SplineMap(4, 2), scale: 0.7, context: 1)) with
    {
        Ranking = new ConditionalRanking(
            -9, 3, BijectionTable.Coupling(1, [], [8], new AffineMap(1), scale: 0.5, inputBound: 3, context: 1)),
    };

    /// <summary>Given one value a row: a conditional affine map before planar layers.</summary>
    public static FlowModel PlanarContextModel() => Model(
        new ContextScale([0.8f], [0.5f], [-1.5f], [20]),
        BijectionTable.Coupling(4, [], [16], new AffineMap(1), scale: 0.7, inputBound: 20, context: 1),
        new TrainablePlanarStack(4, 6).Freeze(PlanarReference.RandomParameters(4, 6, 21, 0.7))) with
    {
        Ranking = ContextModel().Ranking,
    };

    /// <summary>Given one value a row, which the velocity field reads.</summary>
    public static FlowModel ContinuousContextModel() => Model(
        new ContextScale([0.8f], [0.5f], [-1.5f], [1.5f]),
        BijectionTable.Continuous(4, [16], steps: 10, context: 1)) with
    {
        Ranking = ContextModel().Ranking,
    };

    /// <summary>With a column of text and one of keys of 20 values, made from counts.</summary>
    public static FlowModel CategoricalModel() => CategoricalModel(Model());

    private static FlowModel CategoricalModel(FlowModel features)
    {
        var mixture = (NormalMixture)features.Density.Flow.Chain.Base;
        CategoryDictionary text = new("Text"), key = new("Key");
        var codes = new CodeMatrix(2);
        var shares = new ComponentShares(mixture.Components);
        for (int i = 0; i < 100; i++)
        {
            Span<int> row = codes.AddRow();
            row[0] = text.Code(string.Create(CultureInfo.InvariantCulture, $"{0.1f * (i * i % 11)}"), learn: true);
            row[1] = key.Code((ulong)(i % 7), number => string.Create(CultureInfo.InvariantCulture, $"{0.1f * (number - 1)}"));
            shares.Add(i, i % 3 == 0 ? 0 : 1);
        }

        CategoryTables tables = CategoryTables.Fit(
            shares, codes, CategoryBackground.Of(codes, [text.Count + 1, key.Count + 1], [])).WithUnseenBeyond(30);
        return features with
        {
            Density = new RowDensity(new FlowDensity(features.Density.Flow.Columns, new Transformed(
                features.Density.Flow.Chain.Bijections,
                new NormalMixture(4, mixture.Weights.ToArray(), mixture.Mean.ToArray(), mixture.Scale.ToArray(), tables)))),
            Categories =
            [
                new CategoricalSource("Text", IsVector: false, Keys: null, [text]),
                new CategoricalSource("Key", IsVector: false, new CategoryKeys(DataKind.UInt32, 20, DataKind.String), [key]),
            ],
            ReferenceCategories = [1, 2],
        };
    }

    public static FlowModel ContinuousModel(params int[] hidden) => Model(BijectionTable.Continuous(4, hidden, steps: 10));

    public static FlowModel ConsensusModel() => ConsensusModel(Model(), NiceModel());

    /// <summary>Of two flows with the categories of <see cref="CategoricalModel()"/>.</summary>
    public static FlowModel CategoricalConsensusModel() =>
        ConsensusModel(CategoricalModel(), CategoricalModel(NiceModel()));

    private static FlowModel ConsensusModel(FlowModel planar, FlowModel nice)
    {
        return planar with
        {
            Density = new RowDensity(planar.Density.Flow, nice.Density.Flow),
            Members =
            [
                new ConsensusMember { Name = "PlanarFlow", History = planar.History },
                new ConsensusMember { Name = "Nice", History = nice.History with { BestStep = 50 } },
            ],
        };
    }

    public static PlanarFlowTransformer Transformer(MLContext context) => new(context, Model());

    public static RealNvpTransformer RealNvp(MLContext context) => new(context, RealNvpModel());

    public static float[][] Rows(int count)
    {
        var random = new RandomStream(23);
        return [.. Enumerable.Range(0, count).Select(_ => Row(random))];
    }

    public static int[] Bits(IEnumerable<float> values) => [.. values.Select(BitConverter.SingleToInt32Bits)];

    private static FlowModel Model(params Bijection[] bijections) => Model(context: null, bijections);

    private static FlowModel Model(ContextScale? context, params Bijection[] bijections)
    {
        var density = new FlowDensity(
            new ColumnPartition(FeatureCount, [2], new PlateauConstants([7], [1e-6f])),
            new Transformed(
                [new Standardization([1, -2, 0, 10], [2, 0.5f, 1, 30]), .. bijections],
                new NormalMixture(4, [0.25f, 0.75f], [0, 0, 0, 0, 1, -1, 0.5f, 0], [1, 0.8f, 1.2f, 1])),
            context);
        var training = new float[500 * FeatureCount];
        var random = new RandomStream(22);
        for (int i = 0; i < 500; i++)
            Row(random).CopyTo(training.AsSpan(i * FeatureCount));
        var likelihoods = new float[500];
        density.LogProb(training, new float[500 * density.ContextColumns], likelihoods, density.CreateWorkspace());
        var report = new TrainingProgress
        {
            Step = 100,
            MaximumSteps = 1000,
            Epoch = 1.5,
            TrainLogLikelihood = -4,
            ValidationLogLikelihood = -4.5,
            RowsPerSecond = 1e6,
            Elapsed = TimeSpan.FromSeconds(0.25),
            Remaining = TimeSpan.FromSeconds(2),
        };
        return new FlowModel(
            new RowDensity(density),
            LikelihoodQuantiles.Fit(likelihoods, []),
            new FlowColumnNames(Context: context is null ? null : "Given"),
            0.01,
            [1, -2, 7, 0, 10],
            new TrainingHistory
            {
                Progress = [report, report with { Step = 200, ValidationLogLikelihood = double.NaN }],
                StopReason = TrainingStopReason.EarlyStopping,
                BestStep = 100,
                RowsUsed = 500,
                RowsSkipped = 3,
                Recoveries = 1,
            });
    }

    private static float[] Row(RandomStream random) =>
        [(float)(1 + 2 * random.NextGaussian()), (float)(-2 + 0.5 * random.NextGaussian()),
        7, (float)random.NextGaussian(), (float)(10 + 30 * random.NextGaussian())];
}
