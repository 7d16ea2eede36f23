using System.Reflection;
using Microsoft.ML;

namespace MLNet.Flows.Tests.Flows;

/// <summary>Every flow, by name: one line here gives a new one all of <see cref="FlowLawsTests"/>.</summary>
internal static class FlowTable
{
    private static readonly Dictionary<string, Line> Flows = new()
    {
        ["planar"] = Of(() => new PlanarFlowEstimator.Options(), (flows, options) => flows.PlanarFlow(options)),
        ["planar, masked and trimmed"] = Of(
            () => new PlanarFlowEstimator.Options
            {
                Contamination = 0.05,
                MaskColumns = true,
            }, (flows, options) => flows.PlanarFlow(options)),
        ["planar, clean"] = Of(
            () => new PlanarFlowEstimator.Options { Contamination = 0 }, (flows, options) => flows.PlanarFlow(options)),
        ["real nvp"] = Of(() => new RealNvpEstimator.Options(), (flows, options) => flows.RealNvp(options)),
        ["real nvp, deep"] = Of(
            () => new RealNvpEstimator.Options
            {
                NumberOfCouplings = 4,
                HiddenUnits = [8, 8],
                LogScaleBound = 1,
                NumberOfMembers = 1,
            },
            (flows, options) => flows.RealNvp(options)),
        ["nice"] = Of(() => new NiceEstimator.Options(), (flows, options) => flows.Nice(options)),
        ["nice, scaled"] = Of(
            () => new NiceEstimator.Options
            {
                LearnScale = true,
                HiddenUnits = [8],
                Contamination = 0,
            },
            (flows, options) => flows.Nice(options)),
        ["glow"] = Of(() => new GlowEstimator.Options(), (flows, options) => flows.Glow(options)),
        ["masked autoregressive"] = Of(
            () => new MaskedAutoregressiveEstimator.Options(), (flows, options) => flows.MaskedAutoregressive(options)),
        ["masked autoregressive, random orders"] = Of(
            () => new MaskedAutoregressiveEstimator.Options
            {
                NumberOfTransforms = 3,
                Order = ColumnOrder.Random,
                HiddenUnits = [],
                Contamination = 0.05,
            },
            (flows, options) => flows.MaskedAutoregressive(options)),
        ["masked autoregressive, residual blocks"] = Of(
            () => new MaskedAutoregressiveEstimator.Options
            {
                HiddenUnits = [12, 12, 12],
                ResidualBlocks = true,
                NumberOfMembers = 1,
            },
            (flows, options) => flows.MaskedAutoregressive(options)),
        ["neural spline"] = Of(() => new NeuralSplineEstimator.Options(), (flows, options) => flows.NeuralSpline(options)),
        ["neural spline, autoregressive"] = Of(
            () => new NeuralSplineEstimator.Options
            {
                Autoregressive = true,
                NumberOfBins = 4,
                TailBound = 3,
                HiddenUnits = [8],
            },
            (flows, options) => flows.NeuralSpline(options)),
        ["continuous"] = Of(() => new ContinuousFlowEstimator.Options(), (flows, options) => flows.ContinuousFlow(options)),
        ["continuous, trimmed"] = Of(
            () => new ContinuousFlowEstimator.Options
            {
                HiddenUnits = [24, 12],
                NumberOfSteps = 8,
                OptimalTransportPairing = false,
                Contamination = 0.05,
            },
            (flows, options) => flows.ContinuousFlow(options)),
        ["consensus"] = Of(() => new PlanarFlowEstimator.Options(), (flows, options) => Consensus(flows, options)),
        ["radial"] = Of(() => new RadialFlowEstimator.Options(), (flows, options) => flows.RadialFlow(options)),
    };

    public static IEnumerable<string> Names => Flows.Keys;

    /// <summary>The flow's options at this line's defaults, with a seed, short training and no calibration, so that laws are
    /// quick.</summary>
    public static FlowOptions Options(string name)
    {
        FlowOptions options = Flows[name].Options();
        (options.Seed, options.MaximumSteps, options.CalibrationFolds) = (1, 100, 0);
        options.NumberOfMembers ??= options.Contamination is null ? 2 : null;
        return options;
    }

    /// <summary>This line's options, all else at its defaults.</summary>
    public static FlowOptions Defaults(string name) => Flows[name].Options();

    public static IEstimator<FlowTransformer> Create(MLContext context, string name, FlowOptions? options = null) =>
        Flows[name].Create(context.Flows, options ?? Options(name));

    // A planar flow and a NICE by the options that flows have in common; those of the whole go to the consensus.
    private static ConsensusEstimator Consensus(FlowsCatalog flows, PlanarFlowEstimator.Options options)
    {
        flows.PlanarFlow(options);
        var (standard, planar, nice) = (
            new PlanarFlowEstimator.Options(), new PlanarFlowEstimator.Options(), new NiceEstimator.Options());
        var whole = new ConsensusEstimator.Options();
        foreach (PropertyInfo property in typeof(FlowOptions).GetProperties())
        {
            object? value = property.GetValue(options);
            if (property.Name == nameof(FlowOptions.LatentColumnName) || Equals(value, property.GetValue(standard)))
                continue;
            if (typeof(ConsensusOptions).GetProperty(property.Name) is { } ofTheWhole)
            {
                ofTheWhole.SetValue(whole, value);
                continue;
            }

            property.SetValue(planar, value);
            property.SetValue(nice, value);
        }

        return flows.Consensus(whole, flows.PlanarFlow(planar), flows.Nice(nice));
    }

    private static Line Of<TOptions>(Func<TOptions> options, Func<FlowsCatalog, TOptions, IEstimator<FlowTransformer>> create)
        where TOptions : FlowOptions => new(options, (flows, given) => create(flows, (TOptions)given));

    private sealed record Line(Func<FlowOptions> Options, Func<FlowsCatalog, FlowOptions, IEstimator<FlowTransformer>> Create);
}
