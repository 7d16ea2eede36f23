using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.EndToEnd.Categories;

/// <summary>Categories in flows of every kind, and with options that touch training.</summary>
public sealed class MixedFlowsTests
{
    private readonly MLContext _context = new(3);

    public static TheoryData<string, Func<FlowsCatalog, IEstimator<FlowTransformer>>> Flows => new()
    {
        { "planar", f => f.PlanarFlow(Of<PlanarFlowEstimator.Options>()) },
        { "radial", f => f.RadialFlow(Of<RadialFlowEstimator.Options>()) },
        { "nice", f => f.Nice(Of<NiceEstimator.Options>()) },
        { "realnvp", f => f.RealNvp(Of<RealNvpEstimator.Options>()) },
        { "glow", f => f.Glow(Of<GlowEstimator.Options>()) },
        { "maf", f => f.MaskedAutoregressive(Of<MaskedAutoregressiveEstimator.Options>()) },
        { "spline", f => f.NeuralSpline(Of<NeuralSplineEstimator.Options>()) },
        { "continuous", f => f.ContinuousFlow(Of<ContinuousFlowEstimator.Options>()) },
    };

    [Theory]
    [MemberData(nameof(Flows))]
    public void Flow_OfAnyKind_LearnsWhichCategoriesGoWhere_AndReloads(
        string name, Func<FlowsCatalog, IEstimator<FlowTransformer>> create)
    {
        IDataView data = KnownMixture.View(_context, KnownMixture.Draw(1000, 1));
        FlowTransformer flow = create(_context.Flows).Fit(data);
        using var stream = new MemoryStream();
        _context.Model.Save(flow, data.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = _context.Model.Load(stream, out _);
        IDataView fresh = KnownMixture.View(
            _context,
            [
                .. KnownMixture.Draw(50, 2),
                new MixedRow { Features = [-2, 0], Color = "red", Shape = "round" },
                new MixedRow { Features = [-2, 0], Color = "black", Shape = "round" },
                new MixedRow { Features = [-2, 0], Color = "violet", Shape = "round" },
            ]);
        float[] likelihoods = [.. flow.Transform(fresh).GetColumn<float>("LogLikelihood")];

        Assert.Equal(likelihoods, loaded.Transform(fresh).GetColumn<float>("LogLikelihood"));
        Assert.True(likelihoods[50] > likelihoods[51] + 1.5, $"{name}: {likelihoods[50]} and {likelihoods[51]}");
        Assert.True(likelihoods[51] > likelihoods[52] + 1, $"{name}: {likelihoods[51]} and {likelihoods[52]}");
    }

    // Their one normal base gives way to a mixture; a base that was set still is refused.
    [Fact]
    public void ForDensityEstimation_WithCategories_LearnsWhichGoWhere()
    {
        PlanarFlowEstimator.Options planar = PlanarFlowEstimator.Options.ForDensityEstimation();
        (planar.CategoricalColumnNames, planar.NumberOfLayers, planar.MaximumEpochs) = (KnownMixture.Columns, 4, 10);
        NeuralSplineEstimator.Options spline = NeuralSplineEstimator.Options.ForDensityEstimation();
        (spline.CategoricalColumnNames, spline.NumberOfTransforms, spline.MaximumEpochs) = (KnownMixture.Columns, 1, 10);
        ContinuousFlowEstimator.Options continuous = ContinuousFlowEstimator.Options.ForDensityEstimation();
        (continuous.CategoricalColumnNames, continuous.HiddenUnits, continuous.MaximumEpochs) = (KnownMixture.Columns, [16], 10);
        IDataView data = KnownMixture.View(_context, KnownMixture.Draw(1500, 1));
        IDataView fresh = KnownMixture.View(_context,
        [
            new MixedRow { Features = [-2, 0], Color = "red", Shape = "round" },
            new MixedRow { Features = [-2, 0], Color = "black", Shape = "round" },
        ]);

        foreach (IEstimator<ITransformer> flow in (IEstimator<ITransformer>[])
            [_context.Flows.PlanarFlow(planar), _context.Flows.NeuralSpline(spline), _context.Flows.ContinuousFlow(continuous)])
        {
            float[] likelihoods = [.. flow.Fit(data).Transform(fresh).GetColumn<float>("LogLikelihood")];
            Assert.True(likelihoods[0] > likelihoods[1] + 2, $"{likelihoods[0]} and {likelihoods[1]}");
        }
    }

    [Theory]
    [InlineData(null, 0.1)]
    [InlineData(0.05, null)]
    public void Trimming_ByFeaturesAndCategoriesTogether_LeavesCombinationsThatCannotBeOut(
        double? contamination, double? trim)
    {
        // One row in forty is black on the left, where nothing else is.
        MixedRow[] rows = KnownMixture.Draw(3000, 1);
        foreach (MixedRow row in rows.Where(row => row.Features[0] < -1).Take(40))
            row.Color = "black";
        float Share(Action<PlanarFlowEstimator.Options> change)
        {
            var options = new PlanarFlowEstimator.Options
            {
                CategoricalColumnNames = KnownMixture.Columns,
                BaseDistribution = BaseDistribution.NormalMixture(3),
                MaximumSteps = 300,
                CalibrationFolds = 0,
            };
            change(options);
            float[] found = [.. _context.Flows.PlanarFlow(options).Fit(KnownMixture.View(_context, rows))
                .Transform(KnownMixture.View(
                    _context,
                    [
                        new MixedRow { Features = [-2, 0], Color = "red", Shape = "round" },
                        new MixedRow { Features = [-2, 0], Color = "black", Shape = "round" },
                    ])).GetColumn<float>("LogLikelihood")];
            return found[1] - found[0];
        }

        float kept = Share(_ => { });
        float left = Share(o => (o.Contamination, o.TrimFraction) = (contamination, trim));
        Assert.True(left < kept - 1, $"log-share of black against red {left} trimmed, {kept} as it is");
    }

    private static TOptions Of<TOptions>()
        where TOptions : FlowOptions, new() => new()
        {
            CategoricalColumnNames = KnownMixture.Columns,
            MaximumSteps = 100,
            CalibrationFolds = 0,
        };
}
