namespace MLNet.Flows.Estimators;

/// <summary>What the options leave open, decided by the expected share of anomalies in the training data. docs/quality.md says what each choice bought.</summary>
/// <remarks>What is known about the data decides base, noise, trimming and members, whatever the flow; layers and masks are a planar flow's alone.</remarks>
/// <param name="Layers">K.</param>
/// <param name="Steps">Optimizer steps at most.</param>
/// <param name="InputNoise">Standard deviation of the noise.</param>
/// <param name="ValidationFraction">Share held out.</param>
/// <param name="MaskColumns">Whether layers act on half of the columns each.</param>
/// <param name="TrimFraction">Share of every batch left out.</param>
/// <param name="Base">The base distribution.</param>
/// <param name="Members">Flows in the mixture.</param>
internal sealed record Recipe(
    int Layers, int Steps, double InputNoise, double ValidationFraction, bool MaskColumns, double TrimFraction, BaseDistribution Base, int Members = 1)
{
    // Small clusters that one member drops are kept by another if they lie among normal rows; a far cluster of anomalies is light for most of them, and
    // then goes from all (ClusterAgreement). A deep flow costs more, so that it has fewer.
    private const int UnknownMembers = 8;
    private const int UnknownDeepMembers = 4;
    private const int CleanComponents = 200;

    // Bounds the mixture's parameters on very wide data.
    private const int CleanComponentValues = 200_000;

    /// <param name="options">Checked options.</param>
    /// <param name="dimension">Columns that vary.</param>
    public static Recipe For(FlowOptions options, int dimension)
    {
        var planar = options as PlanarFlowEstimator.Options;
        Recipe recipe = options.Contamination switch
        {
            null => new Recipe(16, 700, 0.2, 0.15, false, 0, BaseDistribution.SharedOutMixture, planar is null ? UnknownDeepMembers : UnknownMembers),
            0 => new Recipe(16, 500, 0.15, 0.05, false, 0, BaseDistribution.NormalMixture(Math.Clamp(CleanComponentValues / Math.Max(dimension, 1), 1, CleanComponents), minimumWeight: 0)),
            double share => new Recipe(8, 600, 0.15, 0.15, true, Trim(share), BaseDistribution.NormalMixture()),
        };
        int layers = planar?.NumberOfLayers ?? recipe.Layers;
        return new Recipe(
            layers,
            options.MaximumSteps ?? recipe.Steps,
            options.InputNoise ?? recipe.InputNoise,
            options.ValidationFraction ?? recipe.ValidationFraction,
            planar?.MaskColumns ?? recipe.MaskColumns,
            options.TrimFraction ?? recipe.TrimFraction,
            options.BaseDistribution ?? recipe.Base,
            planar?.NumberOfMembers ?? (options.BaseDistribution is null ? Math.Min(recipe.Members, PlanarFlowEstimator.Options.MostMembers(layers)) : 1));
    }

    // More than the share stated, because anomalies next to normal rows pull as well; the best share grows fast at first and then hardly at all.
    private static double Trim(double share) => Math.Min(4 * share, 0.23 + share / 5);
}
