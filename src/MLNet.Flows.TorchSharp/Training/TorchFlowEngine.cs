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

/// <summary>Trains any <see cref="FlowModule"/> and its base distribution by automatic differentiation, on any device.</summary>
/// <remarks>
/// Batches, noise and trimming are those of the managed engine, bit for bit: a batch is put together in memory and becomes one tensor. Every random number
/// comes from the task's seed, none from libtorch's generators. Tensors of a step live in one scope; what outlives it is made once.
/// </remarks>
internal sealed class TorchFlowEngine : ITrainingEngine
{
    // Rows that are scored at a time: enough to hide the overhead of an operation, few enough to stay in the cache.
    private const int ScoringRows = 1024;

    private readonly TrainingTask _task;
    private readonly FlowModule _flow;
    private readonly BaseModule _base;
    private readonly torch.Device _device;
    private readonly SingleThread _thread;
    private readonly NoisePool _noise;
    private readonly FlatParameters _parameters;
    private readonly TorchAdam _optimizer;

    /// <param name="task">The data and the base to train.</param>
    /// <param name="flow">The bijection at its start; the engine owns it.</param>
    /// <param name="device">A device that <see cref="LibTorch.Require"/> has let pass.</param>
    public TorchFlowEngine(TrainingTask task, FlowModule flow, Native.Device device)
    {
        _task = task;
        _flow = flow;
        _device = device.ToTorch();
        _noise = new NoisePool(task.Data.Dimension, task.Seed);
        var start = new float[task.Base.ParameterCount];
        task.Base.Initialize(task.Data, task.TrainingRows, new RandomStream(task.Seed, RandomStreams.Base), start, task.Checkpoint);
        _base = BaseModule.Of(task.Base, start);

        _thread = new SingleThread();
        try
        {
            using DisposeScope scope = NewDisposeScope();
            _flow.to(_device);
            _base.to(_device);
            using (no_grad())
                _flow.Initialize(Batch(task.TrainingRows.AsSpan(0, Math.Min(task.TrainingRows.Length, 4 * ScoringRows)), default));
            _parameters = new FlatParameters([.. _flow.parameters(), .. _base.parameters()]);
            _optimizer = new TorchAdam(_parameters);
        }
        catch
        {
            // An engine that never came to be is never disposed: a device out of memory must not leave the app on one thread.
            _thread.Dispose();
            throw;
        }
    }

    public double Step(ReadOnlySpan<int> rows, in StepSettings settings)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logProb = LogProb(Batch(rows, settings));
        Tensor weights = Weights(rows, logProb, settings.TrimFraction);
        Tensor loss = -(weights * logProb).sum() / weights.sum();
        double mean = -ModuleTensors.ToArray(loss)[0];
        if (!double.IsFinite(mean))
            return mean;
        _parameters.Gradient.zero_();
        loss.backward();
        return _optimizer.Step(settings) ? mean : double.NaN;
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
            int count = Math.Min(ScoringRows, rows.Length - start);
            ModuleTensors.ToArray(LogProb(Batch(rows.Slice(start, count), default))).CopyTo(result[start..]);
        }

        _parameters.Values.copy_(present);
    }

    public void Save(WeightSlot slot) => _optimizer.Save(slot);

    public void Restore(WeightSlot slot) => _optimizer.Restore(slot);

    public (Bijection[] Bijections, Distribution Base) Freeze()
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor present = _parameters.Values.clone();
        _parameters.Values.copy_(_optimizer.Average);
        (Bijection[], Distribution) frozen = (_flow.Freeze(), _base.Freeze());
        _parameters.Values.copy_(present);
        return frozen;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _parameters.Dispose();
        _flow.Dispose();
        _base.Dispose();
        _thread.Dispose();
    }

    private Tensor LogProb(Tensor x)
    {
        (Tensor z, Tensor logDet) = _flow.call(x);
        return _base.call(z).Plus(logDet);
    }

    // [rows, d], with the step's noise.
    private Tensor Batch(ReadOnlySpan<int> rows, in StepSettings settings)
    {
        int dimension = _task.Data.Dimension;
        var values = new float[rows.Length * dimension];
        for (int r = 0; r < rows.Length; r++)
        {
            Span<float> row = values.AsSpan(r * dimension, dimension);
            if (settings.InputNoise > 0)
                _noise.AddTo(settings.StepNumber, r, settings.InputNoise, _task.Data.Row(rows[r]), row);
            else
                _task.Data.Row(rows[r]).CopyTo(row);
        }

        return Owned(tensor(values, [rows.Length, dimension], device: _device));
    }

    // [rows]: the example weights, 0 for the least likely share of the batch.
    private Tensor Weights(ReadOnlySpan<int> rows, Tensor logProb, double trimFraction)
    {
        var weights = new float[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            weights[i] = _task.Weights.Length == 0 ? 1 : _task.Weights[rows[i]];
        int trimmed = (int)((float)trimFraction * rows.Length);
        if (trimmed > 0)
        {
            float[] keys = ModuleTensors.ToArray(logProb);
            int[] order = [.. Enumerable.Range(0, rows.Length)];
            Array.Sort(keys, order);
            foreach (int i in order.AsSpan(0, trimmed))
                weights[i] = 0;
        }

        return Owned(tensor(weights, device: _device));
    }

    // A tensor made from an array lies in the array's memory, wherever the collector has put it, and sums in libtorch depend on alignment in their last bits.
    private static Tensor Owned(Tensor borrowed) => borrowed.clone();
}
