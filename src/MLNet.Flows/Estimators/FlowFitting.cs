using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows.Estimators.Context;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators;

/// <summary>Rows in, fitted flow out: the steps of a fit, whatever the flow.</summary>
/// <remarks>Reads the rows, sets columns that never vary aside, preprocesses, trains the members, and ranks rows for p-values.
/// There is one copy of the features: each step takes over the matrix of the one before.</remarks>
internal sealed class FlowFitting
{
    private readonly FlowHost _host;

    /// <param name="environment">ML.NET's.</param>
    /// <param name="options">Checked, and not to be changed any more.</param>
    public FlowFitting(IHostEnvironment environment, FlowOptions options)
    {
        _host = new FlowHost(environment, options.FlowName, options.CancellationToken);
        Options = options;
        Seed = options.Seed ?? _host.NextSeed();
    }

    public IHostEnvironment Environment => _host.Environment;

    public FlowOptions Options { get; }

    /// <summary>Decides every random choice of a fit.</summary>
    public int Seed { get; }

    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a weight is negative.</exception>
    /// <exception cref="InvalidOperationException">No row is usable, or training diverged at every learning rate
    /// tried.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any weights were evaluated.</exception>
    public FlowModel Fit(IDataView input)
    {
        var affine = new ConditionalAffine(_host, Seed, Options.Threads);
        FitRows rows = FitRows.Read(
            input,
            Options.ColumnNames,
            Options.CategoricalColumnNames,
            Options.ExampleWeightColumnName,
            new RowLimit(Options.MaximumTrainingRows, Seed),
            _host,
            affine);
        TrainedFlow trained = new FlowTraining(_host, Options, Seed).Run(rows, rows.TakeActive(last: true));
        return FittedModel.Of(
            [trained], rows, Options.ColumnNames, Options.AlarmRate, Options.Contamination, Options.Threads);
    }
}
