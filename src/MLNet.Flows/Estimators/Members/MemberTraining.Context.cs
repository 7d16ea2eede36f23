using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators.Context;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators.Members;

internal sealed partial class MemberTraining
{
    private const int StepsOfTrial = 500;

    // Columns of the context that a flow's maps read.
    private int _given;

    // Whether the maps are to read the context, by a short training of the first member; where no row is held out, they are.
    private void TryContext()
    {
        TrainableTransformed flow = CreateFlow(_seed, _firstSplit.Train.Length, leaveOut: null);
        if (_firstSplit.Validation.Length == 0 || flow.Bijections.All(bijection => bijection.ContextColumns == 0))
            return;
        TrainingSettings settings = Settings(_firstSplit.Train.Length, _seed, _options.Threads);
        settings = settings with { MaximumSteps = Math.Min(settings.MaximumSteps, StepsOfTrial) };
        TrainingTask task = Task(_firstSplit, flow, settings, _host.ForPart(silent: true, () => false));
        using ITrainingEngine engine = _options.Engine.Create(task);
        new TrainingLoop(engine, task, _host.ForPart(silent: true, () => false)).Run(Data.RowCount, _source.Skipped);
        CodeMatrix? codes = _source.Categories?.Codes;
        if (!ContextTrial.SaysMore(engine.Freeze(), Data, Rows.Context!.Values, codes, _firstSplit.Validation))
            _given = 0;
    }
}
