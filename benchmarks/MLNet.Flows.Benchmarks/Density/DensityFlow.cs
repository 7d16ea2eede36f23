using System.ComponentModel;
using System.Reflection;
using Microsoft.ML;

namespace MLNet.Flows.Benchmarks.Density;

/// <summary>A flow with the options it takes for a density.</summary>
/// <param name="Name">As an argument names it.</param>
/// <param name="Preset">New options.</param>
/// <param name="Create">Its estimator.</param>
internal sealed record DensityFlow(
    string Name, Func<FlowOptions> Preset, Func<FlowsCatalog, FlowOptions, IEstimator<FlowTransformer>> Create)
{
    // Enough components for the clusters of any set here, none dropped.
    private static readonly BaseDistribution Normals =
        BaseDistribution.NormalMixture(24, sharedScale: false, minimumWeight: 0);

    /// <summary>What the others are compared with.</summary>
    public static DensityFlow Reference { get; } = Planar("planar_128", 128);

    /// <summary>All that are compared: every flow's own preset for densities; on 24 normals (24), and as the mixture of three
    /// such flows (x3). No planar layers on 24 normals are a mixture of normals.</summary>
    public static DensityFlow[] All { get; } =
    [
        Reference,
        Planar("planar_128_24", 128, Normals),
        Planar("planar_128_24_x3", 128, Normals, members: 3),
        Planar("normals_24", 0, Normals),
        Of("radial", Radial, (flows, options) => flows.RadialFlow(options)),
        Of("nice", NiceEstimator.Options.ForDensityEstimation, (flows, options) => flows.Nice(options)),
        Of("realnvp", RealNvpEstimator.Options.ForDensityEstimation, (flows, options) => flows.RealNvp(options)),
        Of("glow", GlowEstimator.Options.ForDensityEstimation, (flows, options) => flows.Glow(options)),
        Of(
            "maf",
            MaskedAutoregressiveEstimator.Options.ForDensityEstimation,
            (flows, options) => flows.MaskedAutoregressive(options)),
        Of(
            "continuous",
            ContinuousFlowEstimator.Options.ForDensityEstimation,
            (flows, options) => flows.ContinuousFlow(options)),
        Spline("spline", autoregressive: false),
        Spline("spline_autoregressive", autoregressive: true),
        Spline("spline_autoregressive_24", autoregressive: true, Normals),
        Spline("spline_autoregressive_24_x3", autoregressive: true, Normals, members: 3),
    ];

    /// <summary>Options with some properties set by name.</summary>
    /// <param name="changes">Name=value each; widths as in HiddenUnits=128x128.</param>
    /// <exception cref="ArgumentException">The flow has no such option, or the value is none.</exception>
    public FlowOptions Options(IEnumerable<string> changes)
    {
        FlowOptions options = Preset();
        foreach (string[] change in changes.Select(each => each.Split('=')))
        {
            PropertyInfo property = options.GetType().GetProperty(change[0])
                ?? throw new ArgumentException($"'{Name}' has no option '{change[0]}'.");
            property.SetValue(
                options,
                property.PropertyType == typeof(int[])
                    ? Array.ConvertAll(change[1].Split('x'), int.Parse)
                    : TypeDescriptor.GetConverter(property.PropertyType).ConvertFromInvariantString(change[1]));
        }

        return options;
    }

    private static DensityFlow Planar(string name, int layers, BaseDistribution? on = null, int members = 1) => Of(
        name,
        () =>
        {
            PlanarFlowEstimator.Options options = PlanarFlowEstimator.Options.ForDensityEstimation();
            (options.NumberOfLayers, options.NumberOfMembers) = (layers, members);
            options.BaseDistribution = on ?? options.BaseDistribution;
            return options;
        },
        (flows, options) => flows.PlanarFlow(options));

    private static DensityFlow Spline(string name, bool autoregressive, BaseDistribution? on = null, int members = 1) => Of(
        name,
        () =>
        {
            NeuralSplineEstimator.Options options = NeuralSplineEstimator.Options.ForDensityEstimation();
            (options.Autoregressive, options.NumberOfMembers) = (autoregressive, members);
            options.BaseDistribution = on ?? options.BaseDistribution;
            return options;
        },
        (flows, options) => flows.NeuralSpline(options));

    // It has no preset of its own: the planar flow's training, half as deep because a layer costs more.
    private static RadialFlowEstimator.Options Radial() => new()
    {
        NumberOfLayers = 64,
        BatchSize = 256,
        InputNoise = 0,
        Patience = 20,
        BaseDistribution = BaseDistribution.StandardNormal,
        CalibrationFolds = 0,
    };

    private static DensityFlow Of<TOptions>(
        string name, Func<TOptions> preset, Func<FlowsCatalog, TOptions, IEstimator<FlowTransformer>> create)
        where TOptions : FlowOptions =>
        new(name, preset, (flows, options) => create(flows, (TOptions)options));
}
