namespace MLNet.Flows.Distributions;

/// <summary>A <see cref="DiagonalNormal"/> in training.</summary>
internal sealed class TrainableDiagonalNormal(int dimension) : TrainableLocationScale(dimension, double.PositiveInfinity)
{
    protected override Distribution Create(float[] mean, float[] scale) => new DiagonalNormal(mean, scale);
}
