using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows.Estimators;
using MLNet.Flows.Estimators.Consensus;

namespace MLNet.Flows;

/// <summary>Trains flows of different kinds on the same rows and ranks rows by the mean of their log-likelihoods.</summary>
/// <remarks>
/// Members whose mistakes differ correct each other: a row is strange if they find it so on average. The members decide what is
/// read, how each is trained and by which seed; the consensus decides which columns are written. Rows are read once; members are
/// trained one after another, each exactly as it would be alone. A member whose training diverges is left out with one warning;
/// if all do, Fit fails. A single member gives the scores that it gives alone. What the columns mean is described at
/// <see cref="ConsensusTransformer"/>. Memory: the features twice, as Single.
/// </remarks>
public sealed class ConsensusEstimator : IEstimator<ConsensusTransformer>
{
    private readonly ConsensusFitting _fitting;

    internal ConsensusEstimator(IHostEnvironment environment, ConsensusOptions options, FlowEstimator[] members, string name) =>
        _fitting = new ConsensusFitting(environment, options.Clone(), [.. members], name);

    /// <summary>Trains the members.</summary>
    /// <param name="input">Training rows. Only the feature (and categorical, context and weight) columns are
    /// read, once.</param>
    /// <returns>The fitted consensus.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a weight is negative.</exception>
    /// <exception cref="InvalidOperationException">No row is usable, training of all members diverged, or an engine lacks its
    /// library or device.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any member had weights.</exception>
    public ConsensusTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ConsensusTransformer(_fitting.Environment, _fitting.Fit(input));
    }

    /// <summary>The columns that the fitted consensus will add: log-likelihood, score, p-value and alarm.</summary>
    /// <param name="inputSchema">The shape of the input.</param>
    /// <returns>The shape of the output.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return FlowSchema.Of(inputSchema, _fitting.Columns, _fitting.CategoricalColumnNames, _fitting.WeightColumnName);
    }

    /// <summary>All options of a consensus.</summary>
    public sealed class Options : ConsensusOptions;
}
