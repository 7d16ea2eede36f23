using MLNet.Flows.Estimators;

namespace MLNet.Flows.TorchSharp.Estimators;

/// <summary>What the options leave open, decided by the expected share of anomalies in the training data.</summary>
/// <remarks>The planar flow's recipe but for its layers: what is known about the data decides the base, the noise and the trimming, whatever the flow.</remarks>
/// <param name="Steps">Optimizer steps at most.</param>
/// <param name="InputNoise">Standard deviation of the noise.</param>
/// <param name="ValidationFraction">Share held out.</param>
/// <param name="TrimFraction">Share of every batch left out.</param>
/// <param name="Base">The base distribution.</param>
internal sealed record RealNvpRecipe(int Steps, double InputNoise, double ValidationFraction, double TrimFraction, BaseDistribution Base)
{
    /// <param name="options">Checked options.</param>
    /// <param name="dimension">Columns that vary.</param>
    public static RealNvpRecipe For(FlowOptions options, int dimension)
    {
        var planar = new PlanarFlowEstimator.Options
        {
            Contamination = options.Contamination,
            MaximumSteps = options.MaximumSteps,
            InputNoise = options.InputNoise,
            ValidationFraction = options.ValidationFraction,
            TrimFraction = options.TrimFraction,
            BaseDistribution = options.BaseDistribution,
        };
        Recipe recipe = Recipe.For(planar, dimension);
        return new RealNvpRecipe(recipe.Steps, recipe.InputNoise, recipe.ValidationFraction, recipe.TrimFraction, recipe.Base);
    }
}
