using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Modules;
using MLNet.Flows.TorchSharp.Native;
using MLNet.Flows.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MLNet.Flows.TorchSharp.Training;

/// <summary>Trains any flow whose parts have modules (<see cref="ModuleTable"/>) by automatic differentiation, on any
/// device.</summary>
/// <remarks>
/// What a step climbs is a <see cref="StepValues"/>. Start, batches, noise and trimming are those of the managed engine, bit for
/// bit: a batch is put together in memory and becomes one tensor. Every random number comes from the task's seed, none from
/// libtorch's generators. Tensors of a step live in one scope; what outlives it is made once.
/// </remarks>
internal sealed class AutogradEngine : ITrainingEngine
{
    // Rows that are scored at a time: enough to hide the overhead of an operation, few enough to stay in the cache.
    private const int ScoringRows = 1024;
    private const int NoStep = -1;

    private readonly TrainingTask _task;
    private readonly BijectionModule[] _bijections;
    private readonly BaseModule _base;
    private readonly torch.Device _device;
    private readonly SingleThread _thread;
    private readonly StepValues _values;
    private readonly LikelihoodValues _likelihood;
    private readonly SavedShares _shares;
    private readonly LatestValues? _latest;
    private readonly NoisePool _noise;
    private readonly FlatParameters _parameters;
    private readonly Tensor? _gradientMask;
    private readonly TorchAdam _optimizer;

    /// <param name="task">The flow and the data.</param>
    /// <param name="device">A device that <see cref="LibTorch.Require"/> has let pass.</param>
    /// <param name="moduleOf">The module of a bijection with its start; null for <see cref="ModuleTable"/>.</param>
    public AutogradEngine(
        TrainingTask task, Native.Device device, Func<TrainableBijection, float[], BijectionModule>? moduleOf = null)
    {
        TrainableTransformed flow = task.Flow;
        TrainingObjective objective = task.Objective;
        _task = task;
        _shares = new SavedShares(flow.Base.Categories);
        _device = device.ToTorch();
        _noise = new NoisePool(task.Data.Dimension, task.Settings.Seed);
        _latest = task.Settings.TrimFraction > 0 && objective.LifetimeOfValues > 0
            ? new LatestValues(task.Data.RowCount, objective.LifetimeOfValues)
            : null;
        var own = new float[objective.ParameterCount];
        objective.Initialize(task, own);
        float[] start = objective.FlowParameters(own);

        _thread = new SingleThread();
        try
        {
            // Modules are made outside of the scope, which would take their parameters with it.
            int from = 0;
            _bijections = [.. flow.Bijections.Select(
                each => (moduleOf ?? ModuleTable.Of)(each, start[from..(from += each.ParameterCount)]))];
            _base = ModuleTable.Of(flow.Base, start[from..]);
            using DisposeScope scope = NewDisposeScope();
            foreach (BijectionModule bijection in _bijections)
                bijection.to(_device);
            _base.to(_device);
            _parameters = new FlatParameters(Trained(objective.ParameterCount));
            _likelihood = new LikelihoodValues(_bijections, _base, _device);
            _values = StepValues.Of(objective, _bijections, _base, _device);
            float[] mask = objective.GradientMask();
            _gradientMask = mask.Length == 0 ? null : ModuleTensors.Owned(mask, _device, mask.Length).DetachFromDisposeScope();
            _optimizer = new TorchAdam(_parameters, task.Settings);
        }
        catch
        {
            // An engine that never came to be is never disposed: a device out of memory must not leave the app on one thread.
            _thread.Dispose();
            throw;
        }
    }

    public double Step(ReadOnlySpan<int> rows, int step, double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] weights = Array.ConvertAll(rows.ToArray(), row => _task.Weights.Length == 0 ? 1 : _task.Weights[row]);
        float trimFraction = (float)_task.Settings.TrimFraction;
        if (_latest is not null)
            BatchTrimming.Apply(LatestLikelihoods(_latest, rows, step), weights, trimFraction);
        Tensor values = _values.Of(Batch(rows, step), Contexts(rows), LogShares(rows), weights, step);
        if (trimFraction > 0 && _latest is null)
            BatchTrimming.Apply(ModuleTensors.ToArray(values), weights, trimFraction);
        Tensor share = ModuleTensors.Owned(weights, _device, weights.Length);
        Tensor loss = -(share * values).sum() / share.sum();
        double mean = -ModuleTensors.ToArray(loss)[0];
        if (!double.IsFinite(mean))
            return mean;
        _parameters.Gradient.zero_();
        loss.backward();
        if (_gradientMask is not null)
            _parameters.Gradient.mul_(_gradientMask);
        return _optimizer.Step(learningRate) ? mean : double.NaN;
    }

    public void LogLikelihood(ReadOnlySpan<int> rows, Span<float> result)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor present = _parameters.Values.clone();
        _parameters.Values.copy_(_optimizer.Average);
        Evaluate(rows, result);
        _parameters.Values.copy_(present);
    }

    public void RecountCategories(bool all)
    {
        if (_task.Flow.Base.Categories is null)
            return;
        float[] parameters = _task.Objective.FlowParameters(ModuleTensors.ToArray(_optimizer.Average));
        CategoryRecount.Run(_task, parameters, all);
        _task.Objective.CategoriesChanged();
    }

    public void Save(WeightSlot slot)
    {
        _optimizer.Save(slot);
        _shares.Save(slot);
    }

    public void Restore(WeightSlot slot)
    {
        _optimizer.Restore(slot);
        _shares.Restore(slot);
        _task.Objective.CategoriesChanged();
    }

    public Transformed Freeze() =>
        _task.Flow.Freeze(_task.Objective.FlowParameters(ModuleTensors.ToArray(_optimizer.Average)));

    public void Dispose()
    {
        _optimizer.Dispose();
        _parameters.Dispose();
        _gradientMask?.Dispose();
        foreach (BijectionModule bijection in _bijections)
            bijection.Dispose();
        _base.Dispose();
        _thread.Dispose();
    }

    // log p at the present parameters.
    private void Evaluate(ReadOnlySpan<int> rows, Span<float> result)
    {
        for (int start = 0; start < rows.Length; start += ScoringRows)
        {
            using DisposeScope part = NewDisposeScope();
            ReadOnlySpan<int> some = rows.Slice(start, Math.Min(ScoringRows, rows.Length - start));
            Tensor values = _likelihood.Of(
                Batch(some, NoStep), Contexts(some), LogShares(some), new float[some.Length], NoStep);
            ModuleTensors.ToArray(values).CopyTo(result[start..]);
        }
    }

    private float[] LatestLikelihoods(LatestValues latest, ReadOnlySpan<int> rows, int step)
    {
        using var guard = no_grad();
        int[] outdated = latest.Outdated(rows, step);
        float[] fresh = new float[outdated.Length], values = new float[rows.Length];
        Evaluate(outdated, fresh);
        latest.Set(outdated, fresh, step);
        latest.CopyTo(rows, values);
        return values;
    }

    // The flow's first parameters, as many as the objective has: those behind them are fixed.
    private List<Parameter> Trained(int count)
    {
        var trained = new List<Parameter>();
        foreach (Parameter parameter in _bijections.SelectMany(module => module.parameters()).Concat(_base.parameters()))
        {
            if (count > 0)
                trained.Add(parameter);
            count -= (int)parameter.numel();
        }

        return trained;
    }

    // [rows, d], with the step's noise.
    private float[] Batch(ReadOnlySpan<int> rows, int step)
    {
        int dimension = _task.Data.Dimension;
        float deviation = step == NoStep ? 0 : (float)_task.Settings.InputNoise;
        var values = new float[rows.Length * dimension];
        for (int r = 0; r < rows.Length; r++)
        {
            Span<float> row = values.AsSpan(r * dimension, dimension);
            if (deviation > 0)
                _noise.AddTo(step, r, deviation, _task.Data.Row(rows[r]), row);
            else
                _task.Data.Row(rows[r]).CopyTo(row);
        }

        return values;
    }

    // [rows, M]; empty for none.
    private float[] LogShares(ReadOnlySpan<int> rows)
    {
        if (_task.Flow.Base.Categories is not { Tables: CategoryTables tables, Codes: CodeMatrix codes })
            return [];
        var values = new float[rows.Length * tables.Components];
        for (int r = 0; r < rows.Length; r++)
            tables.LogShares(codes.Row(rows[r]), values.AsSpan(r * tables.Components, tables.Components));
        return values;
    }

    // [rows, context columns]; empty for none.
    private float[] Contexts(ReadOnlySpan<int> rows)
    {
        if (_task.Context is not FeatureMatrix context)
            return [];
        var values = new float[rows.Length * context.Dimension];
        for (int r = 0; r < rows.Length; r++)
            context.Row(rows[r]).CopyTo(values.AsSpan(r * context.Dimension));
        return values;
    }
}
