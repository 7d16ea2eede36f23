using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Bijections.ScalarMaps;

public sealed class AffineMapTests
{
    // Where a hard limit stops log-scales, no gradient ever brings them back from beyond it.
    [Theory]
    [InlineData(0.25, 6)]
    [InlineData(2, 6)]
    [InlineData(2, -6)]
    public void Training_FromLogScalesSixBoundsOut_ComesBack(float bound, int bounds)
    {
        const int R = RowBlock.Rows;
        var coupling = new TrainableCoupling<AffineMap>(new ColumnMask(1, []), [], new AffineMap(bound));
        TrainableBijection.Accumulator accumulator = coupling.CreateAccumulator(SimdSupport.Best);
        RowBlock block = new(1, coupling.ScratchColumns), gradient = new(1, coupling.ScratchColumns);
        float[] weights = [.. Enumerable.Repeat(1f, R)];
        var adam = new AdamOptimizer(2);
        adam.Parameters[0] = bounds * bound;
        for (int step = 0; step < 6000; step++)
        {
            // Rows of spread e^(-bound / 2) call for the log-scale bound / 2 before a standard normal, whose gradient is -z.
            var random = new RandomStream(1);
            foreach (ref float x in block.Column(0))
                x = (float)(Math.Exp(-bound / 2) * random.NextGaussian());
            coupling.SetParameters(adam.Parameters);
            coupling.Forward(block, accumulator);
            for (int r = 0; r < R; r++)
                gradient.Column(0)[r] = -block.Column(0)[r];
            coupling.Backward(gradient, weights, accumulator, toInputs: false);
            coupling.FinishGradient(accumulator, adam.Gradient);
            accumulator.Clear();
            adam.Step(learningRate: 0.01, scale: 1.0 / R);
        }

        float logScale = bound * MathF.Tanh(adam.Parameters[0] / bound);
        Assert.Equal(bound / 2, logScale, 0.15);
    }
}
