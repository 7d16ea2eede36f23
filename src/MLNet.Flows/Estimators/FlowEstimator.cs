using Microsoft.ML.Runtime;
using MLNet.Flows.Estimators;

namespace MLNet.Flows;

/// <summary>Any flow before it is trained, whatever its transformer: what a consensus takes.</summary>
public abstract class FlowEstimator
{
    private protected FlowEstimator(IHostEnvironment environment, FlowOptions options)
    {
        options.Check();
        Fitting = new FlowFitting(environment, options.Clone());
    }

    internal FlowFitting Fitting { get; }
}
