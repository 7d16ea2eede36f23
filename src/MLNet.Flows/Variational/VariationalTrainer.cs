using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Variational;

/// <summary>Minimizes the free energy by Adam on draws from the flow itself. Flat parameters: [planar stack | mean (d) |
/// log-scale (d)].</summary>
/// <remarks>Per draw z0 = mean + scale eps the objective climbed is J = sum log scale + log|det f'(z0)| - beta U(f(z0)). With g0
/// = dJ/dz0: dJ/dmean = g0, dJ/dlog scale = 1 + g0 eps scale; the stack's gradients come from its backward pass with -beta dU/dz
/// as the latent gradient.</remarks>
internal sealed class VariationalTrainer
{
    private const int MaximumFailuresInARow = 20;
    private const int WeightedDraws = 4096;

    // A NaN that no arithmetic gives.
    private const int UnsetBits = 0x7fc5a5a5;
    private static readonly float Unset = BitConverter.Int32BitsToSingle(UnsetBits);
    private static readonly double LogSqrtTwoPi = 0.5 * Math.Log(2 * Math.PI);
    private readonly int _dimension;
    private readonly EnergyFunction _energy;
    private readonly VariationalPlanarFlow.Options _options;
    private readonly TrainablePlanarStack _stack;
    private readonly TrainableBijection.Accumulator _accumulator;
    private readonly AdamOptimizer _optimizer;
    private readonly RandomStream _random;
    private readonly RowBlock _block;
    private readonly RowBlock _gradient;
    private readonly float[] _epsilon;
    private readonly float[] _points;
    private readonly float[] _energies = new float[RowBlock.Rows];
    private readonly float[] _energyGradients;
    private readonly float[] _weights = new float[RowBlock.Rows];
    private readonly double[] _meanGradient;
    private readonly double[] _scaleGradient;

    public VariationalTrainer(int dimension, EnergyFunction energy, VariationalPlanarFlow.Options options)
    {
        (_dimension, _energy, _options) = (dimension, energy, options);
        _stack = new TrainablePlanarStack(dimension, options.NumberOfLayers);
        _accumulator = _stack.CreateAccumulator(SimdSupport.Best);
        _optimizer = new AdamOptimizer(_stack.ParameterCount + 2 * dimension) { GradientClipNorm = 10 };
        _random = new RandomStream(options.Seed, RandomStreams.Bijections);
        _block = new RowBlock(dimension, _stack.ScratchColumns);
        _gradient = new RowBlock(dimension);
        _epsilon = new float[RowBlock.Rows * dimension];
        _points = new float[RowBlock.Rows * dimension];
        _energyGradients = new float[RowBlock.Rows * dimension];
        _meanGradient = new double[dimension];
        _scaleGradient = new double[dimension];
        Initialize();
    }

    private Span<float> Mean => _optimizer.Parameters.AsSpan(_stack.ParameterCount, _dimension);

    private Span<float> LogScale => _optimizer.Parameters.AsSpan(_stack.ParameterCount + _dimension);

    public VariationalPlanarFlow Run()
    {
        var schedule = new LearningRateSchedule(_options.LearningRate, _options.MaximumSteps);
        int annealed = (int)(_options.AnnealingFraction * _options.MaximumSteps), interval = Math.Max(
            1, _options.MaximumSteps / 20), failures = 0, counted = 0;
        double sum = 0, freeEnergy = double.NaN;
        for (int step = 0; step < _options.MaximumSteps; step++)
        {
            if (_options.CancellationToken.IsCancellationRequested)
            {
                if (double.IsNaN(freeEnergy))
                    throw new OperationCanceledException(
                        $"Fit was cancelled at step {step + 1} of {_options.MaximumSteps}, before the free energy was known, "
                        + "so there is no flow to return.",
                        _options.CancellationToken);
                break;
            }

            float beta = step >= annealed ? 1 : 0.01f + 0.99f * step / annealed;
            double value = Step(beta, schedule[step]);
            failures = double.IsFinite(value) ? 0 : failures + 1;
            if (failures >= MaximumFailuresInARow)
                throw new InvalidOperationException(
                    $"The free energy is {value} at step {step + 1}, {failures} steps in a row. Check that the energy and its "
                    + "gradient are finite, or lower LearningRate.");
            if (failures > 0)
                continue;
            sum += value;
            counted++;
            if ((step + 1) % interval == 0 || step + 1 == _options.MaximumSteps)
            {
                freeEnergy = sum / counted;
                (sum, counted) = (0, 0);
                _options.Progress?.Report(
                    new VariationalProgress { Step = step + 1, MaximumSteps = _options.MaximumSteps, FreeEnergy = freeEnergy });
            }
        }

        ReadOnlySpan<float> average = _optimizer.Average;
        float[] scale = [.. average[(_stack.ParameterCount + _dimension)..].ToArray().Select(MathF.Exp)];
        var flow = new VariationalPlanarFlow(
            _stack.Freeze(average[.._stack.ParameterCount]), average.Slice(
                _stack.ParameterCount, _dimension).ToArray(), scale, freeEnergy);
        return flow.WithEffectiveSampleShare(EffectiveSampleShare(flow));
    }

    // U and its gradient at the points. Both are filled with a NaN of their own first, so that what the energy leaves unset is
    // distinguished from what it gets wrong.
    private void Energies(int rows)
    {
        Span<float> energies = _energies.AsSpan(0, rows), gradients = _energyGradients.AsSpan(0, rows * _dimension);
        energies.Fill(Unset);
        gradients.Fill(Unset);
        _energy(_points.AsSpan(0, rows * _dimension), energies, gradients);
        int left = CountUnset(energies), leftGradients = CountUnset(gradients);
        if (left + leftGradients > 0)
        {
            throw new InvalidOperationException(
                $"The energy function left {left} of {energies.Length} energies and {leftGradients} of {gradients.Length} "
                + "gradient values unset. Write U(z) of every point and dU/dz of every coordinate.");
        }
    }

    private static int CountUnset(ReadOnlySpan<float> values)
    {
        int count = 0;
        foreach (float value in values)
            count += BitConverter.SingleToInt32Bits(value) == UnsetBits ? 1 : 0;
        return count;
    }

    // Of draws from q: how many equally weighted ones the importance weights exp(-U) / q leave, as a share.
    private double EffectiveSampleShare(VariationalPlanarFlow flow)
    {
        float[] draws = flow.Sample(WeightedDraws, _options.Seed), logDensity = new float[WeightedDraws];
        flow.LogDensity(draws, logDensity);
        var logWeights = new double[WeightedDraws];
        for (int start = 0; start < WeightedDraws; start += RowBlock.Rows)
        {
            draws.AsSpan(start * _dimension, RowBlock.Rows * _dimension).CopyTo(_points);
            Energies(RowBlock.Rows);
            for (int r = 0; r < RowBlock.Rows; r++)
                logWeights[start + r] = -_energies[r] - (double)logDensity[start + r];
        }

        double largest = logWeights.Where(double.IsFinite).DefaultIfEmpty(0).Max(), sum = 0, squares = 0;
        foreach (double logWeight in logWeights.Where(double.IsFinite))
        {
            double weight = Math.Exp(logWeight - largest);
            (sum, squares) = (sum + weight, squares + weight * weight);
        }

        return squares == 0 ? 0 : sum * sum / squares / WeightedDraws;
    }

    // w ~ N(0, 1), u near 0, hyperplanes through draws of the base.
    private void Initialize()
    {
        int size = _options.NumberOfLayers * _dimension;
        Span<float> parameters = _optimizer.Parameters;
        for (int k = 0; k < _options.NumberOfLayers; k++)
        {
            double b = 0;
            for (int d = 0; d < _dimension; d++)
            {
                parameters[k * _dimension + d] = (float)_random.NextGaussian();
                parameters[size + k * _dimension + d] = (float)(0.01 * _random.NextGaussian());
                b -= parameters[k * _dimension + d] * _random.NextGaussian();
            }

            parameters[2 * size + k] = (float)b;
        }

        _optimizer.StartAverage();
    }

    // The free energy of the step's draws; not finite where the step was left out.
    private double Step(float beta, double rate)
    {
        _stack.SetParameters(_optimizer.Parameters.AsSpan(0, _stack.ParameterCount));
        _accumulator.Clear();
        Array.Clear(_meanGradient);
        Array.Clear(_scaleGradient);
        double sum = 0;
        for (int start = 0; start < _options.BatchSize; start += RowBlock.Rows)
            sum += AccumulateBlock(Math.Min(RowBlock.Rows, _options.BatchSize - start), beta);
        if (!double.IsFinite(sum))
            return sum;

        Span<float> gradient = _optimizer.Gradient;
        _stack.FinishGradient(_accumulator, gradient[.._stack.ParameterCount]);
        for (int d = 0; d < _dimension; d++)
        {
            gradient[_stack.ParameterCount + d] = (float)_meanGradient[d];
            gradient[_stack.ParameterCount + _dimension + d] = (float)(_scaleGradient[d] + _options.BatchSize);
        }

        bool done = _optimizer.Step(rate, 1.0 / _options.BatchSize);
        return done ? sum / _options.BatchSize : double.NaN;
    }

    private double AccumulateBlock(int rows, float beta)
    {
        _block.Values.Clear();
        _gradient.Values.Clear();
        _block.LogDet.Clear();
        double free = 0;
        for (int r = 0; r < rows; r++)
        {
            for (int d = 0; d < _dimension; d++)
            {
                float epsilon = (float)_random.NextGaussian();
                _epsilon[r * _dimension + d] = epsilon;
                _block.Values[d * RowBlock.Rows + r] = Mean[d] + MathF.Exp(LogScale[d]) * epsilon;
                free -= 0.5 * epsilon * epsilon + LogSqrtTwoPi + LogScale[d];
            }
        }

        _stack.Forward(_block, _accumulator);
        for (int i = 0; i < rows * _dimension; i++)
            _points[i] = _block.Values[i % _dimension * RowBlock.Rows + i / _dimension];
        Energies(rows);

        _weights.AsSpan().Clear();
        for (int r = 0; r < rows; r++)
        {
            free += _energies[r] - (double)_block.LogDet[r];
            _weights[r] = 1;
            for (int d = 0; d < _dimension; d++)
            {
                free += 0 * _energyGradients[r * _dimension + d];
                _gradient.Values[d * RowBlock.Rows + r] = -beta * _energyGradients[r * _dimension + d];
            }
        }

        if (!double.IsFinite(free))
            return free;
        _stack.Backward(_gradient, _weights, _accumulator, toInputs: true);
        for (int r = 0; r < rows; r++)
        {
            for (int d = 0; d < _dimension; d++)
            {
                double g = _gradient.Values[d * RowBlock.Rows + r];
                _meanGradient[d] += g;
                _scaleGradient[d] += g * _epsilon[r * _dimension + d] * MathF.Exp(LogScale[d]);
            }
        }

        return free;
    }
}
