using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows.Estimators.Consensus;
using MLNet.Flows.Interop;

namespace MLNet.Flows;

/// <summary>Trains the recipe that ranks anomalies best: a consensus of flows of different kinds, chosen by what is known of the
/// training data.</summary>
/// <remarks>
/// Where <see cref="Options.Contamination"/> is null, the members are four planar flows and a RealNVP on coarse mixtures of
/// normals, without the clusters that may be of anomalies, and three RealNVPs on finer ones that keep all. Where it is above 0, a
/// planar flow that trains without the unlikeliest rows takes the fine ones' place. Where it is 0, one mixture of four RealNVPs
/// on 200 normals each is the only member. docs/flows/consensus.md says what this was chosen on. What the columns mean is
/// described at <see cref="ConsensusTransformer"/>; how members are trained, at <see cref="ConsensusEstimator"/>.
/// </remarks>
public sealed partial class AnomalyDetectorEstimator : IEstimator<ConsensusTransformer>
{
    private const string Name = "AnomalyDetector";
    private readonly ConsensusEstimator _consensus;

    internal AnomalyDetectorEstimator(IHostEnvironment environment, Options options)
    {
        options.Check();
        int seed = options.Seed ?? new FlowHost(environment, Name).NextSeed();
        _consensus = new ConsensusEstimator(environment, options, DetectorRecipe.Members(environment, options, seed), Name);
    }

    /// <summary>Trains the detector.</summary>
    /// <param name="input">Training rows. Only the feature (and context and weight) column is read, once.</param>
    /// <returns>The fitted consensus.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a weight is negative.</exception>
    /// <exception cref="InvalidOperationException">No row is usable, or training of all members diverged.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any member had weights.</exception>
    public ConsensusTransformer Fit(IDataView input) => _consensus.Fit(input);

    /// <summary>The columns that the fitted detector will add: log-likelihood, score, p-value and alarm.</summary>
    /// <param name="inputSchema">The shape of the input.</param>
    /// <returns>The shape of the output.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _consensus.GetOutputSchema(inputSchema);
}
