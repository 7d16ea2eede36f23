namespace MLNet.Flows.Distributions;

/// <summary>A <see cref="ProductStudentT"/> in training; its degrees of freedom are fixed.</summary>
internal sealed class TrainableProductStudentT(
    int dimension, double degreesOfFreedom) : TrainableLocationScale(dimension, degreesOfFreedom)
{
    private readonly double _degreesOfFreedom = degreesOfFreedom;

    protected override Distribution Create(float[] mean, float[] scale) => new ProductStudentT(_degreesOfFreedom, mean, scale);
}
