namespace MLNet.Flows.Estimators;

/// <summary>The numbers of a fit: as the options state them, and where they are null by the expected share of anomalies in the
/// training data and by the flow. docs/quality.md says what each choice bought.</summary>
/// <param name="MaximumSteps">Optimizer steps at most.</param>
/// <param name="InputNoise">Standard deviation of the noise.</param>
/// <param name="ValidationFraction">Share held out.</param>
/// <param name="TrimFraction">Share of every batch left out.</param>
/// <param name="Base">The base distribution.</param>
/// <param name="Members">Flows in the mixture.</param>
/// <param name="CalibrationFolds">Trainings that p-values may cost where rows are few for so many weights.</param>
internal sealed record Recipe(
    int MaximumSteps, double InputNoise, double ValidationFraction, double TrimFraction, BaseDistribution Base, int Members,
    int CalibrationFolds)
{
    private const int CleanComponents = 200;

    // Bounds the mixture's parameters on very wide data.
    private const int CleanComponentValues = 200_000;

    /// <param name="options">Checked options.</param>
    /// <param name="dimension">Columns that vary, categorical ones too.</param>
    public static Recipe Of(FlowOptions options, int dimension)
    {
        double? contamination = options.Contamination;
        FlowDefaults flow = options.Defaults;

        // Small clusters that one member drops are kept by another if they lie among normal rows; a far cluster of anomalies is
        // light for most of them, and then goes from all (ClusterAgreement).
        bool mixture = contamination is null && options.BaseDistribution is null;
        int members = options.NumberOfMembers ?? (mixture ? Math.Min(flow.Members, options.MaximumMembers) : 1);
        return new Recipe(
            options.MaximumSteps ?? flow.MaximumSteps,
            options.InputNoise ?? (contamination is null ? 0.2 : 0.15),
            options.ValidationFraction ?? (contamination == 0 ? 0.05 : 0.15),
            options.TrimFraction ?? (contamination is > 0 ? Trim(contamination.Value) : 0),
            options.BaseDistribution ?? DefaultBase(contamination, dimension, options.CategoricalColumnNames.Length > 0),
            members,
            members > 1 ? flow.CalibrationFoldsOfMembers : flow.CalibrationFolds);
    }

    private static BaseDistribution DefaultBase(double? contamination, int dimension, bool categories) => contamination switch
    {
        null => BaseDistribution.PrunedMixture,
        0 when categories => BaseDistribution.CleanMixed,
        0 => BaseDistribution.NormalMixture(
            Math.Clamp(CleanComponentValues / Math.Max(dimension, 1), 1, CleanComponents), minimumWeight: 0),
        _ => BaseDistribution.NormalMixture(),
    };

    // More than the share stated, because anomalies next to normal rows pull as well; the best share grows fast at first and then
    // hardly at all.
    private static double Trim(double share) => Math.Min(4 * share, 0.23 + share / 5);
}
