using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Bijections.Preprocessing;

public sealed class SymmetricEigenTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(13)]
    [InlineData(60)]
    public void Of_RandomMatrix_RebuildsItFromOrthonormalVectors(int n)
    {
        var random = new RandomStream(n);
        var matrix = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
                matrix[i * n + j] = matrix[j * n + i] = random.NextGaussian();
        }

        AssertDecomposes(matrix, n);
    }

    [Fact]
    public void Of_RepeatedAndZeroEigenvalues_StillRebuilds()
    {
        // Ones everywhere: eigenvalues 5, 0, 0, 0, 0.
        double[] ones = [.. Enumerable.Repeat(1.0, 25)];

        SymmetricEigen eigen = AssertDecomposes(ones, 5);

        Assert.Equal(5, eigen.Values.Max(), 1e-12);
        Assert.Equal(4, eigen.Values.Count(value => Math.Abs(value) < 1e-12));
    }

    private static SymmetricEigen AssertDecomposes(double[] matrix, int n)
    {
        SymmetricEigen eigen = SymmetricEigen.Of([.. matrix], n);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double rebuilt = 0, product = 0;
                for (int k = 0; k < n; k++)
                {
                    rebuilt += eigen.Values[k] * eigen.Vectors[k * n + i] * eigen.Vectors[k * n + j];
                    product += eigen.Vectors[i * n + k] * eigen.Vectors[j * n + k];
                }

                Assert.Equal(matrix[i * n + j], rebuilt, 1e-10);
                Assert.Equal(i == j ? 1 : 0, product, 1e-11);
            }
        }

        return eigen;
    }
}
