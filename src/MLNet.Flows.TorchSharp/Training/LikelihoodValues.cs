using MLNet.Flows.TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Training;

/// <summary>log p of each row.</summary>
internal sealed class LikelihoodValues(BijectionModule[] bijections, BaseModule baseModule, Device device) : StepValues
{
    public override Tensor Of(float[] rows, float[] contexts, float[] logShares, float[] weights, int step)
    {
        Tensor z = ModuleTensors.Owned(rows, device, weights.Length, rows.Length / weights.Length);
        Tensor? sum = null, context = contexts.Length == 0
            ? null
            : ModuleTensors.Owned(contexts, device, weights.Length, contexts.Length / weights.Length);
        foreach (BijectionModule bijection in bijections)
        {
            (z, Tensor logDet) = bijection.Run(z, context);
            sum = sum is null ? logDet : sum.Plus(logDet);
        }

        Tensor logProb = baseModule.Run(z, logShares.Length == 0
            ? null
            : ModuleTensors.Owned(logShares, device, weights.Length, logShares.Length / weights.Length));
        return sum is null ? logProb : logProb.Plus(sum);
    }
}
