using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Stub.</summary>
internal sealed class TrainableProductStudentT : TrainableDistribution
{
    public TrainableProductStudentT(int dimension, double degreesOfFreedom) : base(dimension) { }

    public override int ParameterCount => throw new NotImplementedException();

    public override void Initialize(FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters) => throw new NotImplementedException();

    public override void SetParameters(ReadOnlySpan<float> parameters) => throw new NotImplementedException();

    public override void LogProb(RowBlock block) => throw new NotImplementedException();

    public override Accumulator CreateAccumulator(SimdWidth width) => throw new NotImplementedException();

    public override void AccumulateGradient(RowBlock latent, ReadOnlySpan<float> weights, RowBlock latentGradient, Accumulator accumulator) => throw new NotImplementedException();

    public override void FinishGradient(Accumulator accumulator, Span<float> gradient) => throw new NotImplementedException();

    public override Distribution Freeze(ReadOnlySpan<float> parameters) => throw new NotImplementedException();
}
