using CsCheck;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Bijections.Preprocessing;

/// <summary>The eigenvalues and vectors of matrices of every spectrum that has broken solvers: they converge, and are what they
/// should be.</summary>
public sealed class SymmetricEigenLawsTests
{
    private static readonly string[] Spectra =
        ["random", "rank 1", "half rank", "clustered", "graded", "two sizes", "zero", "negative"];

    [Fact]
    public void Of_AnySpectrumAtAnyScale_DecomposesTheMatrix() =>
        Gen.Select(
            Gen.Int[1, 40], Gen.Int[0, Spectra.Length - 1].Select(i => Spectra[i]), Gen.Int[-30, 30], Gen.Int[0, int.MaxValue])
            .Sample((n, spectrum, exponent, seed) => Check(n, spectrum, Math.Pow(10, exponent), seed), iter: 300);

    // Each column constant, a copy, or one of a group of which one is 1: what the solver once failed on at 1,555 columns.
    [Theory]
    [InlineData(60, 150)]
    [InlineData(300, 250)]
    [InlineData(100, 300)]
    public void Of_CorrelationsOfOneHotColumns_Converges(int rows, int columns)
    {
        var random = new RandomStream(columns, 8);
        var matrix = new FeatureMatrix(columns);
        for (int i = 0; i < rows; i++)
        {
            Span<float> row = matrix.AddRow();
            for (int group = 0; group < columns / 5; group++)
                row[5 * group + (random.NextInt32(10) == 0 ? 0 : random.NextInt32(5))] = 1;
        }

        Standardization.Fit(matrix, []).Apply(matrix);
        Whitening whitening = Whitening.Fit(matrix, [], 0.1);

        Assert.True(float.IsFinite(whitening.LogDet));
    }

    [Fact]
    public void Of_NaN_SaysSo() =>
        Assert.Contains(
            "did not converge",
            Assert.Throws<InvalidOperationException>(() => SymmetricEigen.Of([1, double.NaN, double.NaN, 1], 2)).Message);

    private static void Check(int n, string spectrum, double scale, int seed)
    {
        var random = new RandomStream(seed, 5);
        double[] values = [.. Enumerable.Range(0, n).Select(i => scale * (spectrum switch
        {
            "rank 1" => i == 0 ? 1 : 0,
            "half rank" => i % 2 == 0 ? random.NextDouble() : 0,
            "clustered" => (i % 3) + 1e-14 * random.NextDouble(),
            "graded" => Math.Pow(10, -30.0 * i / n),
            "two sizes" => i % 2 == 0 ? 1 : 1e-12,
            "zero" => 0,
            "negative" => -random.NextDouble(),
            _ => random.NextGaussian(),
        }))];
        double[][] basis = Orthonormal(n, random);
        var matrix = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
                matrix[i * n + j] = matrix[j * n + i] = Enumerable.Range(0, n).Sum(k => values[k] * basis[k][i] * basis[k][j]);
        }

        SymmetricEigen eigen = SymmetricEigen.Of(matrix, n);

        double tolerance = 1e-13 * n * (values.Max(Math.Abs) + double.Epsilon);
        Assert.Equal(values.Order(), eigen.Values.Order(), (a, b) => Math.Abs(a - b) <= tolerance);
        for (int i = 0; i < n; i++)
        {
            double[] vector = eigen.Vectors[(i * n)..((i + 1) * n)];
            for (int j = 0; j < n; j++)
            {
                double image = Enumerable.Range(0, n).Sum(k => matrix[j * n + k] * vector[k]);
                double product = Enumerable.Range(0, n).Sum(k => eigen.Vectors[j * n + k] * vector[k]);
                Assert.True(
                    Math.Abs(image - eigen.Values[i] * vector[j]) <= tolerance,
                    $"{spectrum}, {n}: {image} where {eigen.Values[i] * vector[j]} belongs");
                Assert.True(
                    Math.Abs(product - (i == j ? 1 : 0)) <= 1e-13 * n,
                    $"{spectrum}, {n}: product {product} of vectors {i} and {j}");
            }
        }
    }

    // Gram-Schmidt, twice, on random vectors.
    private static double[][] Orthonormal(int n, RandomStream random)
    {
        var basis = new double[n][];
        for (int i = 0; i < n; i++)
        {
            double[] vector = [.. Enumerable.Range(0, n).Select(_ => random.NextGaussian())];
            for (int round = 0; round < 2; round++)
            {
                for (int j = 0; j < i; j++)
                {
                    double product = vector.Zip(basis[j], (a, b) => a * b).Sum();
                    vector = [.. vector.Zip(basis[j], (a, b) => a - product * b)];
                }
            }

            double length = Math.Sqrt(vector.Sum(a => a * a));
            basis[i] = [.. vector.Select(a => a / length)];
        }

        return basis;
    }
}
