using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows.Estimators;
using MLNet.Flows.Model;

namespace MLNet.Flows;

/// <summary>Trains a normalizing flow on a feature column: an exact density, without labels, to score anomalies by.</summary>
/// <remarks>
/// z = f(x) through standardization (or whitening) and the flow's bijections; log p(x) = log p_Z(f(x)) + log|det df/dx|, in nats,
/// in the features' units. Trained by maximum likelihood with Adam, early stopping and averaged weights. Rows with a missing or
/// infinite value are skipped with one warning. Columns that never vary stay in the density: a departure from one is less likely
/// than every training row. Values far out do not set the scale of their column: beyond 8 scales of the others they count on a
/// logarithmic scale, and one that repeats is named as a likely placeholder. Few rows, equal rows or fewer rows than columns are
/// no error: the density is then smooth and wide. Same seed, same data, same machine: same model, for any number of threads.
/// Memory: the features once, as Single, and about 50 bytes a row.
/// </remarks>
/// <typeparam name="TTransformer">The fitted flow.</typeparam>
public abstract class FlowEstimator<TTransformer> : FlowEstimator, IEstimator<TTransformer>
    where TTransformer : FlowTransformer
{
    /// <param name="environment">ML.NET's.</param>
    /// <param name="options">Not yet checked; copied.</param>
    private protected FlowEstimator(IHostEnvironment environment, FlowOptions options)
        : base(environment, options)
    {
    }

    /// <summary>Trains the flow.</summary>
    /// <param name="input">Training rows. Only the feature (and weight) column is read, once.</param>
    /// <returns>The fitted flow.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a weight is negative.</exception>
    /// <exception cref="InvalidOperationException">No row is usable, training diverged at every learning rate tried, or the
    /// engine lacks its library or device.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any weights were evaluated.</exception>
    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Fitting.Options.Engine.Require();
        return Create(Fitting.Environment, Fitting.Fit(input));
    }

    /// <summary>The columns that the fitted flow will add: log-likelihood, score, p-value and alarm.</summary>
    /// <param name="inputSchema">The shape of the input.</param>
    /// <returns>The shape of the output.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        FlowOptions options = Fitting.Options;
        return FlowSchema.Of(
            inputSchema, options.ColumnNames, options.CategoricalColumnNames, options.ExampleWeightColumnName);
    }

    private protected abstract TTransformer Create(IHostEnvironment environment, FlowModel model);
}
