using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Modules;
using MLNet.Flows.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Training;

/// <summary>Flow matching: minus the squared error of the velocity at what the managed objective draws for each block of 64 rows,
/// to the bit.</summary>
internal sealed class MatchingValues(FlowMatching objective, ContinuousModule field, Device device) : StepValues
{
    private const int R = RowBlock.Rows;
    private Scalar? _share;

    public override Tensor Of(float[] rows, float[] contexts, float[] logShares, float[] weights, int step)
    {
        int count = weights.Length, d = rows.Length / count, given = contexts.Length / count;
        int columns = d + TimeFeatures.Count + given;
        var block = new RowBlock(d, contextColumns: given);
        float[] inputs = new float[count * columns], targets = new float[count * d];
        float[] blockInputs = new float[columns * R], blockTargets = new float[d * R];
        float[] blockWeights = new float[R], places = new float[R];
        for (int start = 0; start < count; start += R)
        {
            int length = Math.Min(R, count - start);
            BlockLoader.Load(rows.AsSpan(start * d, length * d), d, null, block);
            for (int i = 0; i < given * length; i++)
                block.Context[i % given * R + i / given] = contexts[start * given + i];
            Array.Clear(blockWeights);
            weights.AsSpan(start, length).CopyTo(blockWeights);
            objective.Draw(block, new BlockPosition(step, start), blockWeights, blockInputs, blockTargets, places);
            places.AsSpan(0, length).CopyTo(weights.AsSpan(start));
            for (int r = 0; r < length; r++)
            {
                for (int i = 0; i < columns; i++)
                    inputs[(start + r) * columns + i] = blockInputs[i * R + r];
                for (int i = 0; i < d; i++)
                    targets[(start + r) * d + i] = blockTargets[i * R + r];
            }
        }

        _share ??= -1.0 / d;
        Tensor error = field.Velocity(ModuleTensors.Owned(inputs, device, count, columns))
            - ModuleTensors.Owned(targets, device, count, d);
        return _share * error.Squared().sum(1);
    }
}
