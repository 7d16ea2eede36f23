using MLNet.Flows.Bijections.Autoregressive;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Bijections.Autoregressive;

public sealed class AutoregressiveTests
{
    // Each z changes with the columns before it in the order, and with no other.
    [Theory]
    [InlineData(2, 3)]
    [InlineData(5, 16)]
    [InlineData(9, 4)]
    public void Forward_OneColumnMoved_MovesThatAndLaterOnesAlone(int dimension, int hidden)
    {
        Autoregressive<AffineMap> map = BijectionTable.Autoregressive(dimension, [hidden, hidden], new AffineMap(1));
        int[] order = map.Parts.Active;
        float[] at = Forward(map, new float[dimension]);
        for (int i = 0; i < dimension; i++)
        {
            var moved = new float[dimension];
            moved[order[i]] = 0.5f;
            float[] z = Forward(map, moved);
            for (int j = 0; j < i; j++)
                Assert.Equal(at[order[j]], z[order[j]]);
            Assert.NotEqual(at[order[i]], z[order[i]]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(40)]
    public void Mask_AnyWidths_EveryColumnBeforeIsSeenByOneAfter(int dimension)
    {
        var mask = new AutoregressiveMask(dimension, [Math.Max(dimension, 3), 2 * dimension], parameters: 2);

        // Which inputs reach a unit.
        int[] reach = [.. Enumerable.Range(1, dimension)];
        for (int l = 0; l < 3; l++)
        {
            int[] before = reach;
            reach = [.. mask.Prefixes(l).ToArray().Select(prefix => before.Take(prefix).DefaultIfEmpty(0).Max())];
        }

        Assert.Equal(Enumerable.Range(0, 2 * dimension).Select(o => o % dimension), reach);
    }

    [Fact]
    public void Constructor_BadArguments_SayWhatIsWrong()
    {
        static MultilayerPerceptron Perceptron(float weight) =>
            new([new DenseLayer(2, 4, [0, 0, 1, weight, 0, 0, 1, 0], new float[4])]);

        Assert.Contains(
            "The order [0, 0] of an autoregressive map is no permutation of its 2 columns.",
            Assert.Throws<ArgumentException>(() => new Autoregressive<AffineMap>([0, 0], Perceptron(0), new AffineMap(1), 3))
                .Message);
        Assert.Contains(
            "Unit 1 of layer 0 of an autoregressive map's conditioner sees units that it must not: only the first 1",
            Assert.Throws<ArgumentException>(() => new Autoregressive<AffineMap>([1, 0], Perceptron(1), new AffineMap(1), 3))
                .Message);
        Assert.Equal(2, new Autoregressive<AffineMap>([1, 0], Perceptron(0), new AffineMap(1), 3).Dimension);
    }

    [Fact]
    public void LinearMap_SingularMatrix_SaysSo() => Assert.Contains(
        "The 2 x 2 matrix of a linear map is singular.",
        Assert.Throws<ArgumentException>(() => new LinearMap(new DenseLayer(2, 2, [1, 2, 2, 4], [0, 0]))).Message);

    [Fact]
    public void LowerUpper_OfARandomMatrix_SolvesAndHasItsDeterminant()
    {
        var random = new RandomStream(3);
        float[] matrix = [.. Enumerable.Range(0, 49).Select(_ => (float)random.NextGaussian())];
        LowerUpper factors = LowerUpper.Of(matrix, 7);
        double[] x = [.. Enumerable.Range(0, 7).Select(_ => random.NextGaussian())];
        double[] y = [.. Enumerable.Range(0, 7).Select(i => Enumerable.Range(0, 7).Sum(j => matrix[i * 7 + j] * x[j]))];

        factors.Solve(y);

        for (int i = 0; i < 7; i++)
            Assert.Equal(x[i], y[i], 1e-9);
        Assert.Equal(Math.Log(6), LowerUpper.Of([0, 2, 0, -3, 0, 0, 5, 7, 1], 3).LogDet, 1e-12);
    }

    private static float[] Forward(Autoregressive<AffineMap> map, float[] x)
    {
        var row = new RowWorkspace(map.Dimension, map.ScratchColumns, SimdSupport.Best);
        x.CopyTo(row.Values.Span);
        map.Forward(row);
        return row.Values.Span[..map.Dimension].ToArray();
    }
}
