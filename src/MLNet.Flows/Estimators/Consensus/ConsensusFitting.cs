using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows.Estimators.Context;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators.Consensus;

/// <summary>Rows in, fitted consensus out: reads the rows once and trains one member after another on them, each by its own
/// options and seed, as it would be trained alone.</summary>
/// <remarks>A member that diverges, or that was cancelled before it had weights, is left out; the consensus is of the others. So
/// a recipe of several kinds is no more fragile than its sturdiest one.</remarks>
internal sealed class ConsensusFitting
{
    private readonly FlowHost _host;
    private readonly ConsensusOptions _options;
    private readonly FlowFitting[] _members;
    private readonly FlowOptions[] _memberOptions;

    /// <param name="environment">ML.NET's.</param>
    /// <param name="options">Not to be changed any more.</param>
    /// <param name="members">One or more.</param>
    /// <param name="name">Of the estimator, in messages.</param>
    /// <exception cref="ArgumentException">Members do not fit together, or options are out of range.</exception>
    public ConsensusFitting(IHostEnvironment environment, ConsensusOptions options, FlowEstimator[] members, string name)
    {
        ConsensusChecks.Run(name, options, members);
        _host = new FlowHost(environment, name, options.CancellationToken);
        _options = options;
        _members = Array.ConvertAll(members, member => member.Fitting);
        _memberOptions = Array.ConvertAll(_members, member => member.Options);
    }

    public IHostEnvironment Environment => _host.Environment;

    /// <summary>The columns read and written.</summary>
    public FlowColumnNames Columns =>
        _options.ColumnNames(_memberOptions[0].FeatureColumnName, _memberOptions[0].ContextColumnName);

    /// <summary>The columns of categories; empty for none.</summary>
    public string[] CategoricalColumnNames => _memberOptions[0].CategoricalColumnNames;

    /// <summary>The column of example weights; null for none.</summary>
    public string? WeightColumnName => _memberOptions[0].ExampleWeightColumnName;

    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a weight is negative.</exception>
    /// <exception cref="InvalidOperationException">No row is usable, training of all members diverged, or an engine lacks its
    /// library or device.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any member had weights.</exception>
    public FlowModel Fit(IDataView input)
    {
        foreach (FlowOptions member in _memberOptions)
            member.Engine.Require();
        var affine = new ConditionalAffine(_host, _members[0].Seed, _options.Threads);
        var limit = new RowLimit(_memberOptions[0].MaximumTrainingRows, _members[0].Seed);
        FitRows rows = FitRows.Read(input, Columns, CategoricalColumnNames, WeightColumnName, limit, _host, affine);
        var trained = new List<(int Member, TrainedFlow Flow)>();
        var faults = new List<Exception>();
        for (int m = 0; m < _members.Length; m++)
        {
            var reports = new MemberReports(
                _memberOptions[m].Progress, _options.Progress, m, _members.Length, _memberOptions[m].FlowName);
            try
            {
                trained.Add((m, Train(m, rows, reports)));
            }
            catch (Exception fault) when (
                fault is InvalidOperationException or OperationCanceledException && !ReferenceEquals(fault, reports.Fault))
            {
                faults.Add(fault);
                if (fault is InvalidOperationException)
                    _host.Warning($"{Name(m)} is left out of the consensus: {fault.Message}");
            }
        }

        if (trained.Count == 0)
            throw Failed(faults);
        bool cancelled = faults.Exists(fault => fault is OperationCanceledException);
        if (cancelled)
        {
            _host.Warning(
                "Fit was cancelled: the consensus is of "
                + $"{string.Join(", ", trained.Select(each => ConsensusChecks.Name(_memberOptions, each.Member)))} alone.");
        }

        return Model(rows, trained, cancelled);
    }

    private FlowModel Model(FitRows rows, List<(int Member, TrainedFlow Flow)> trained, bool cancelled)
    {
        TrainedFlow[] flows = [.. trained.Select(each => each.Flow)];
        cancelled |= Array.Exists(flows, flow => flow.History.StopReason == TrainingStopReason.Cancelled);
        FlowModel model = FittedModel.Of(
            flows,
            rows,
            Columns,
            _options.FalseAlarmRate ?? _memberOptions[0].AlarmRate,
            _options.ExpectedAnomalies(_memberOptions),
            _options.Threads);
        return model with
        {
            History = model.History with
            {
                StopReason = cancelled ? TrainingStopReason.Cancelled : model.History.StopReason,
                Recoveries = flows.Sum(flow => flow.History.Recoveries),
            },
            Members =
            [
                .. trained.Select(each => new ConsensusMember
                {
                    Name = _memberOptions[each.Member].FlowName,
                    History = each.Flow.History,
                }),
            ],
        };
    }

    private TrainedFlow Train(int member, FitRows rows, MemberReports reports)
    {
        FlowOptions options = _memberOptions[member].Clone();
        FlowHost host = _host.ForFlow(Name(member), options.CancellationToken);
        host.ThrowIfCancelled();
        options.NumberOfThreads = Math.Min(options.Threads, _options.Threads);
        options.Progress = reports;
        var training = new FlowTraining(host, options, _members[member].Seed) { WarnsOfData = member == 0 };
        try
        {
            return training.Run(rows, rows.TakeActive(last: member == _members.Length - 1));
        }
        catch (ArgumentException fault)
        {
            throw new ArgumentException($"{Name(member)}: {fault.Message}", fault);
        }
    }

    private string Name(int member) => $"Member {member + 1} of {_members.Length} ({_memberOptions[member].FlowName})";

    private Exception Failed(List<Exception> faults) => faults.Find(fault => fault is OperationCanceledException)
        ?? new InvalidOperationException(
            $"None of the {_members.Length} members could be trained. {Name(0)}: {faults[0].Message}", faults[0]);
}
