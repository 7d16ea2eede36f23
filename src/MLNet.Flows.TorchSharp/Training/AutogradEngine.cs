using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Modules;
using MLNet.Flows.TorchSharp.Native;
using MLNet.Flows.Training;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MLNet.Flows.TorchSharp.Training;

/// <summary>Trains any flow whose parts have modules (<see cref="ModuleTable"/>) by automatic differentiation, on any
/// device.</summary>
/// <remarks>
/// Start, batches, noise and trimming are those of the managed engine, bit for bit: a batch is put together in memory and becomes
/// one tensor. Every random number comes from the task's seed, none from libtorch's generators. Tensors of a step live in one
/// scope; what outlives it is made once.
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
        _task = task;
        _device = device.ToTorch();
        _noise = new NoisePool(task.Data.Dimension, task.Settings.Seed);
        var start = new float[flow.ParameterCount];
        flow.Initialize(task.Data, task.Context, task.StartingRows(), task.Settings.Seed, start, task.Checkpoint);

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
            _parameters = new FlatParameters([.. _bijections.SelectMany(module => module.parameters()), .. _base.parameters()]);
            float[] mask = flow.GradientMask();
            _gradientMask = mask.Length == 0 ? null : Owned(tensor(mask, device: _device)).DetachFromDisposeScope();
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
        Tensor logProb = LogProb(Batch(rows, step), Context(rows));
        Tensor weights = Weights(rows, logProb);
        Tensor loss = -(weights * logProb).sum() / weights.sum();
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
        for (int start = 0; start < rows.Length; start += ScoringRows)
        {
            using DisposeScope part = NewDisposeScope();
            ReadOnlySpan<int> some = rows.Slice(start, Math.Min(ScoringRows, rows.Length - start));
            ModuleTensors.ToArray(LogProb(Batch(some, NoStep), Context(some))).CopyTo(result[start..]);
        }

        _parameters.Values.copy_(present);
    }

    public void Save(WeightSlot slot) => _optimizer.Save(slot);

    public void Restore(WeightSlot slot) => _optimizer.Restore(slot);

    public Transformed Freeze() => _task.Flow.Freeze(ModuleTensors.ToArray(_optimizer.Average));

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

    private Tensor LogProb(Tensor x, Tensor? context)
    {
        Tensor z = x;
        Tensor? sum = null;
        foreach (BijectionModule bijection in _bijections)
        {
            (z, Tensor logDet) = bijection.Run(z, context);
            sum = sum is null ? logDet : sum.Plus(logDet);
        }

        Tensor logProb = _base.call(z);
        return sum is null ? logProb : logProb.Plus(sum);
    }

    // [rows, d], with the step's noise.
    private Tensor Batch(ReadOnlySpan<int> rows, int step)
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

        return Owned(tensor(values, [rows.Length, dimension], device: _device));
    }

    // [rows, context columns]; null for none.
    private Tensor? Context(ReadOnlySpan<int> rows)
    {
        if (_task.Context is not FeatureMatrix context)
            return null;
        var values = new float[rows.Length * context.Dimension];
        for (int r = 0; r < rows.Length; r++)
            context.Row(rows[r]).CopyTo(values.AsSpan(r * context.Dimension));
        return Owned(tensor(values, [rows.Length, context.Dimension], device: _device));
    }

    // [rows]: the example weights, 0 for the least likely share of the batch.
    private Tensor Weights(ReadOnlySpan<int> rows, Tensor logProb)
    {
        var weights = new float[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            weights[i] = _task.Weights.Length == 0 ? 1 : _task.Weights[rows[i]];
        float trimFraction = (float)_task.Settings.TrimFraction;
        if (trimFraction > 0)
            BatchTrimming.Apply(ModuleTensors.ToArray(logProb), weights, trimFraction);
        return Owned(tensor(weights, device: _device));
    }

    // A tensor made from an array lies in the array's memory, wherever the collector has put it, and sums in libtorch depend on
    // alignment in their last bits.
    private static Tensor Owned(Tensor borrowed) => borrowed.clone();
}
