using MLNet.Flows.Numerics;

namespace MLNet.Flows.Benchmarks.Density;

/// <summary>Columns one after the other, each a mixture of two normals whose centers, scales and weights follow sines of the two
/// columns before it: up to two to the power of the columns modes, all different.</summary>
/// <remarks>log p(x) = sum over j of log p(x_j | x_{j-1}, x_{j-2}) by the chain rule; what is before the first column is 0. The
/// normals are an eighth to a half wide and lie 1 to 3 apart.</remarks>
/// <param name="dimension">Columns.</param>
internal sealed class SineChain(int dimension = 8) : KnownDensity
{
    public override string Name => "sine_chain";

    public override int Dimension => dimension;

    public override double LogDensity(ReadOnlySpan<double> row)
    {
        double sum = 0;
        for (int j = 0; j < dimension; j++)
        {
            var mixture = Conditional.Of(row, j);
            sum += LogSum(
                Math.Log(1 - mixture.UpperWeight) + LogNormal(row[j], mixture.Lower, mixture.LowerScale),
                Math.Log(mixture.UpperWeight) + LogNormal(row[j], mixture.Upper, mixture.UpperScale));
        }

        return sum;
    }

    protected override void DrawRow(RandomStream random, Span<double> row)
    {
        for (int j = 0; j < dimension; j++)
        {
            var mixture = Conditional.Of(row, j);
            row[j] = random.NextDouble() < mixture.UpperWeight
                ? mixture.Upper + mixture.UpperScale * random.NextGaussian()
                : mixture.Lower + mixture.LowerScale * random.NextGaussian();
        }
    }

    private readonly record struct Conditional(
        double Lower, double LowerScale, double Upper, double UpperScale, double UpperWeight)
    {
        // Of column j given those before it.
        public static Conditional Of(ReadOnlySpan<double> row, int j)
        {
            double last = j > 0 ? row[j - 1] : 0, before = j > 1 ? row[j - 2] : 0;
            double center = Math.Sin(last) + 0.5 * Math.Sin(2 * before), half = 1 + 0.5 * Math.Sin(last + before);
            return new Conditional(
                center - half,
                0.25 * Math.Exp(0.7 * Math.Sin(2 * last)),
                center + half,
                0.25 * Math.Exp(0.7 * Math.Sin(last - before)),
                1 / (1 + Math.Exp(-2 * Math.Sin(before))));
        }
    }
}
