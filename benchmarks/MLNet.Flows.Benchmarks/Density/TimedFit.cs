using Microsoft.ML;

namespace MLNet.Flows.Benchmarks.Density;

/// <summary>Fits on one thread whose passes are chosen so that they take a given time of the processor.</summary>
/// <remarks>
/// A fit has no time limit, because its model must not depend on the machine; and its learning rates fall along a schedule of
/// all its steps. So the time is turned into passes beforehand: a fit of few passes says what a step costs and what a fit costs
/// beside its steps (preprocessing, the start of the base, ranking), and each longer fit says it anew for the next. The
/// processor's time of this process counts, which other work on the machine disturbs less than the clock's.
/// </remarks>
/// <param name="estimator">Of options, which it copies.</param>
/// <param name="options">Of the flow; passes, threads and progress are set here.</param>
/// <param name="train">The rows.</param>
internal sealed class TimedFit(Func<FlowOptions, IEstimator<FlowTransformer>> estimator, FlowOptions options, IDataView train)
{
    // As many steps as make the loop evaluate as seldom as in a long training.
    private const int ProbeSteps = 500;
    private const double ProbeSeconds = 2;
    private Cost? _cost;

    /// <summary>A fit that takes about so many seconds of the processor if nothing stops it early.</summary>
    /// <returns>The model, its passes at most and the seconds that it took.</returns>
    public (FlowTransformer Model, int Passes, double Seconds) Run(double seconds)
    {
        _cost ??= Probe();
        int passes = _cost.Value.Passes(seconds);
        return Fit(passes);
    }

    private Cost Probe()
    {
        // The first one compiles, too.
        Fit(1);
        Fit(_cost!.Value.PassesOf(ProbeSteps));
        Fit(Math.Max(_cost.Value.PassesOf(ProbeSteps), _cost.Value.Passes(ProbeSeconds)));
        return _cost.Value;
    }

    private (FlowTransformer Model, int Passes, double Seconds) Fit(int passes)
    {
        var clock = new StepClock();
        (options.MaximumEpochs, options.NumberOfThreads, options.Progress) = (passes, 1, clock);
        double start = Now;
        FlowTransformer model = estimator(options).Fit(train);
        double seconds = Now - start;
        _cost = clock.Cost(seconds, passes);
        return (model, passes, seconds);
    }

    private static double Now => Environment.CpuUsage.TotalTime.TotalSeconds;

    /// <param name="Start">Seconds of a fit beside its steps.</param>
    /// <param name="Step">Seconds of a step.</param>
    /// <param name="StepsPerPass">Steps of a pass, of all members.</param>
    private readonly record struct Cost(double Start, double Step, double StepsPerPass)
    {
        public int Passes(double seconds) => PassesOf((seconds - Start) / Step);

        public int PassesOf(double steps) => (int)Math.Max(1, Math.Round(steps / StepsPerPass));
    }

    /// <summary>The processor's time at the first and at the last evaluation.</summary>
    private sealed class StepClock : IProgress<FitProgress>
    {
        private (long Step, double Seconds) _first;
        private (long Step, double Seconds) _last;
        private long _steps;

        public void Report(FitProgress value)
        {
            if (_steps == 0)
                _first = (value.Step, Now);
            if (value.Step > _last.Step)
                _last = (value.Step, Now);
            _steps = Math.Max(_steps, value.MaximumSteps);
        }

        public Cost Cost(double seconds, int passes)
        {
            double step = (_last.Seconds - _first.Seconds) / Math.Max(_last.Step - _first.Step, 1);
            return new Cost(seconds - step * _last.Step, step, (double)_steps / passes);
        }
    }
}
