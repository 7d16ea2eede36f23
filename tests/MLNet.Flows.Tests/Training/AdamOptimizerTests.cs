using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Training;

public sealed class AdamOptimizerTests
{
    // Nine weights: a whole vector and a rest.
    private const int Count = 9;

    [Fact]
    public void Step_WithWeightDecayAndNoGradient_TakesTheShareOffEveryWeight()
    {
        var optimizer = Create(weightDecay: 0.5);

        optimizer.Step(learningRate: 0.1, scale: 1);
        optimizer.Step(learningRate: 0.01, scale: 1);

        Assert.All(optimizer.Parameters, weight => Assert.Equal(2 * 0.95f * 0.995f, weight, 1e-6f));
    }

    [Fact]
    public void Step_WithWeightDecay_IsDecoupledFromTheGradientsScale()
    {
        AdamOptimizer plain = Create(weightDecay: 0), decayed = Create(weightDecay: 0.5);
        foreach (AdamOptimizer optimizer in (AdamOptimizer[])[plain, decayed])
        {
            Array.Fill(optimizer.Gradient, 1e-3f);
            optimizer.Step(learningRate: 0.1, scale: 1);
        }

        // Adam's first step is the learning rate whatever the gradient; decay takes 5 % of the weight before it.
        Assert.All(plain.Parameters, weight => Assert.Equal(2.1f, weight, 1e-4f));
        Assert.All(decayed.Parameters, weight => Assert.Equal(2.0f, weight, 1e-4f));
    }

    [Fact]
    public void Step_GradientNotFinite_ChangesNothing()
    {
        AdamOptimizer optimizer = Create(weightDecay: 0.5);
        optimizer.Gradient[3] = float.NaN;

        Assert.False(optimizer.Step(learningRate: 0.1, scale: 1));
        Assert.All(optimizer.Parameters, weight => Assert.Equal(2, weight));
    }

    [Fact]
    public void Step_LongGradient_IsClippedToTheNorm()
    {
        AdamOptimizer one = Create(0), clipped = Create(0);
        Array.Fill(one.Gradient, 0.1f);
        Array.Fill(clipped.Gradient, 1e6f);

        for (int i = 0; i < 3; i++)
        {
            one.Step(learningRate: 0.1, scale: 1);
            clipped.Step(learningRate: 0.1, scale: 1);
        }

        // Equal gradients give equal steps whatever their size; a following small one shows what the moments hold.
        Array.Fill(one.Gradient, -0.1f);
        Array.Fill(clipped.Gradient, -0.1f);
        one.Step(learningRate: 0.1, scale: 1);
        clipped.Step(learningRate: 0.1, scale: 1);
        Assert.True(clipped.Parameters[0] > one.Parameters[0] + 0.01f);
        Assert.True(float.IsFinite(clipped.Parameters[0]));
    }

    private static AdamOptimizer Create(double weightDecay)
    {
        var optimizer = new AdamOptimizer(Count) { WeightDecay = weightDecay };
        Array.Fill(optimizer.Parameters, 2);
        optimizer.StartAverage();
        return optimizer;
    }
}
