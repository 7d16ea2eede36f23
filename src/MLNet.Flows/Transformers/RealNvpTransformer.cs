using Microsoft.ML.Runtime;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers.Loading;

namespace MLNet.Flows;

/// <summary>A fitted RealNVP, a deep flow of affine couplings: scores rows by their exact log-likelihood, in managed code.</summary>
public sealed class RealNvpTransformer : FlowTransformer
{
    internal RealNvpTransformer(IHostEnvironment environment, FlowModel model)
        : base(environment, model, RealNvpLoader.ModelSignature, RealNvpLoader.LoaderSignature)
    {
    }

    /// <summary>The same flow with another false-alarm rate; nothing is retrained.</summary>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1].</param>
    /// <returns>A new transformer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1].</exception>
    public RealNvpTransformer WithFalseAlarmRate(double falseAlarmRate) => new(Environment, ModelWith(falseAlarmRate));

    private protected override FlowTransformer ChangeFalseAlarmRate(double falseAlarmRate) => WithFalseAlarmRate(falseAlarmRate);
}
