using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Tests.Bijections.Preprocessing;

/// <summary>Laws of the maps in front of a flow: fitted moments, log-determinants, one result for block, row and every
/// width.</summary>
public sealed class PreprocessingTests
{
    [Fact]
    public void StandardizationFit_Weighted_CountsARowAsOftenAsItsWeight()
    {
        FeatureMatrix few = Matrix([1, 10], [3, 30], [8, -20]), many = Matrix(
            [1, 10], [1, 10], [3, 30], [8, -20], [8, -20], [8, -20]);

        Standardization weighted = Standardization.Fit(few, [2, 1, 3]), repeated = Standardization.Fit(many, []);

        for (int d = 0; d < 2; d++)
        {
            Assert.Equal(repeated.Mean[d], weighted.Mean[d], 1e-5f);
            Assert.Equal(repeated.Scale[d], weighted.Scale[d], 1e-5f);
        }

        // By hand: mean 29/6, second moment (2 + 9 + 192) / 6.
        Assert.Equal(29f / 6, weighted.Mean[0], 1e-5f);
        Assert.Equal(MathF.Sqrt(203f / 6 - 29f * 29 / 36), weighted.Scale[0], 1e-5f);
    }

    [Fact]
    public void StandardizationFit_LargeOffset_KeepsTheVariance()
    {
        Standardization fitted = Standardization.Fit(Matrix([1e7f], [1e7f + 1], [1e7f + 2]), []);

        Assert.Equal(Math.Sqrt(2.0 / 3), fitted.Scale[0], 1e-6);
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(8, 64)]
    [InlineData(21, 37)]
    [InlineData(16, 3)]
    public void StandardizationLoad_AnyShape_IsForwardAndTellsFiniteRows(int dimension, int count)
    {
        FeatureMatrix data = Correlated(64, dimension);
        Standardization standardization = Standardization.Fit(data, []);
        float[] rows = [.. Enumerable.Range(0, count).SelectMany(r => data.Row(r).ToArray())];
        (int broken, int infinite) = (count / 2, count - 1);
        rows[broken * dimension + dimension / 2] = float.NaN;
        rows[(infinite + 1) * dimension - 1] = float.NegativeInfinity;
        RowBlock apart = new(dimension), together = new(dimension);
        var finite = new AlignedBuffer(RowBlock.Rows);

        BlockLoader.Load(rows, dimension, null, apart);
        standardization.Forward(apart);
        standardization.Load(rows, together, finite);

        Assert.Equal(count, together.Count);
        for (int r = 0; r < count; r++)
        {
            bool isFinite = r != broken && r != infinite;
            Assert.Equal(isFinite ? 0 : float.NaN, finite[r]);
            Assert.Equal(apart.LogDet[r], together.LogDet[r]);
            for (int d = 0; d < dimension && isFinite; d++)
                Assert.Equal(apart.Column(d)[r], together.Column(d)[r]);
        }
    }

    [Theory]
    [MemberData(nameof(SimdWidths.All), MemberType = typeof(SimdWidths))]
    public void Forward_BlockAndRow_AreTheFormulaAtEveryWidth(int width)
    {
        FeatureMatrix data = Correlated(300, 7);
        Standardization standardization = Standardization.Fit(data, []);
        FeatureMatrix standardized = Correlated(300, 7);
        standardization.Apply(standardized);
        Whitening whitening = Whitening.Fit(standardized, [], 0.1);
        FeatureMatrix whitened = Correlated(300, 7);
        standardization.Apply(whitened);
        whitening.Apply(whitened);

        Assert.Equal(-standardization.Scale.ToArray().Sum(s => Math.Log(s)), standardization.LogDet, 1e-5);
        var block = new RowBlock(7, whitening.ScratchColumns, (SimdWidth)width) { Count = 64 };
        for (int r = 0; r < 64; r++)
        {
            for (int d = 0; d < 7; d++)
                block.Values[d * RowBlock.Rows + r] = data.Row(r)[d];
        }

        standardization.Forward(block);
        whitening.Forward(block);

        for (int r = 0; r < 64; r++)
        {
            var row = new RowWorkspace(7, whitening.ScratchColumns, (SimdWidth)width);
            data.Row(r).CopyTo(row.Values.Span);
            Assert.Equal(standardization.LogDet, standardization.Forward(row));
            Assert.Equal((data.Row(r)[0] - standardization.Mean[0]) / standardization.Scale[0], row.Values[0], 1e-5f);
            Assert.Equal(whitening.LogDet, whitening.Forward(row));
            for (int d = 0; d < 7; d++)
            {
                Assert.Equal(row.Values[d], block.Values[d * RowBlock.Rows + r]);
                Assert.Equal(row.Values[d], whitened.Row(r)[d]);
            }

            Assert.Equal(standardization.LogDet + whitening.LogDet, block.LogDet[r]);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    public void WhiteningFit_Shrunk_CovarianceAfterwardsIsTheShrunkInverse(double shrinkage)
    {
        FeatureMatrix data = Correlated(2000, 3);
        Standardization.Fit(data, []).Apply(data);
        double[,] before = Covariance(data);
        Whitening whitening = Whitening.Fit(data, [], shrinkage);
        whitening.Apply(data);
        double[,] after = Covariance(data);

        // M S' M^T = I with S' = (1 - shrinkage) S + shrinkage I, hence (1 - shrinkage) M S M^T = I - shrinkage M M^T: no
        // shrinkage, identity.
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < i; j++)
                Assert.Equal(0, after[i, j], 1e-3);
            if (shrinkage == 0)
                Assert.Equal(1, after[i, i], 1e-3);
        }

        // log|det M| = -1/2 log det S'.
        double s01 = (1 - shrinkage) * before[0, 1], s02 = (1 - shrinkage) * before[0, 2], s12 = (1 - shrinkage) * before[1, 2];
        double determinant = 1 + 2 * s01 * s02 * s12 - s01 * s01 - s02 * s02 - s12 * s12;
        Assert.Equal(-0.5 * Math.Log(determinant), whitening.LogDet, 2e-3);
    }

    [Fact]
    public void WhiteningFit_RankDeficient_StaysFinite()
    {
        var data = new FeatureMatrix(3);
        var random = new RandomStream(5);
        for (int i = 0; i < 100; i++)
        {
            float x = (float)random.NextGaussian();
            Span<float> row = data.AddRow();
            (row[0], row[1], row[2]) = (x, x, -x);
        }

        Whitening whitening = Whitening.Fit(data, [], 0);
        whitening.Apply(data);

        Assert.True(float.IsFinite(whitening.LogDet));
        for (int i = 0; i < 100; i++)
            Assert.All(data.Row(i).ToArray(), z => Assert.True(Math.Abs(z) < 10));
    }

    [Fact]
    public void Forward_FarPoint_StaysFinite()
    {
        var standardization = new Standardization([0, 1e30f], [1e-30f, 1]);
        var row = new RowWorkspace(2);
        (row.Values[0], row.Values[1]) = (1e30f, -3e38f);

        standardization.Forward(row);

        Assert.Equal([1e15f, -1e15f], row.Values.Span[..2].ToArray());
    }

    [Fact]
    public void WhiteningInverse_InDoublePrecision_IsExact()
    {
        FeatureMatrix data = Correlated(300, 7);
        Standardization.Fit(data, []).Apply(data);
        var writer = new ModelWriter();
        Whitening whitening = Whitening.Fit(data, [], 1e-3);
        whitening.Write(writer);
        var reader = new ModelReader(writer.Payload.ToArray());
        reader.ReadInt32();
        reader.ReadSingle();
        float[] mean = reader.ReadFiniteSingles(7), matrix = reader.ReadFiniteSingles(49);
        var block = new DoubleBlock(7);
        for (int i = 0; i < block.Values.Length; i++)
            block.Values[i] = Math.Sin(i);

        whitening.Inverse(block);

        for (int r = 0; r < RowBlock.Rows; r++)
        {
            for (int i = 0; i < 7; i++)
                Assert.Equal(
                    Math.Sin(i * RowBlock.Rows + r),
                    Enumerable.Range(0, 7).Sum(j => (double)matrix[i * 7 + j] * (block.Values[j * RowBlock.Rows + r] - mean[j])),
                    1e-12);
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    public void Read_ScaleThatIsNone_Throws(float scale)
    {
        var writer = new ModelWriter();
        BijectionReader.Write(new Standardization([1], [scale]), writer);

        Assert.Throws<FormatException>(() => BijectionReader.Read(new ModelReader(writer.Payload.ToArray())));
    }

    private static FeatureMatrix Matrix(params float[][] rows)
    {
        var matrix = new FeatureMatrix(rows[0].Length);
        foreach (float[] row in rows)
            row.CopyTo(matrix.AddRow());
        return matrix;
    }

    private static FeatureMatrix Correlated(int rows, int dimension)
    {
        var matrix = new FeatureMatrix(dimension);
        var random = new RandomStream(9);
        for (int i = 0; i < rows; i++)
        {
            Span<float> row = matrix.AddRow();
            double common = random.NextGaussian();
            for (int d = 0; d < dimension; d++)
                row[d] = (float)(100 * d + (d + 1) * (random.NextGaussian() + common));
        }

        return matrix;
    }

    private static double[,] Covariance(FeatureMatrix data)
    {
        int n = data.RowCount, dimension = data.Dimension;
        var mean = new double[dimension];
        var result = new double[dimension, dimension];
        for (int i = 0; i < n; i++)
        {
            for (int a = 0; a < dimension; a++)
                mean[a] += data.Row(i)[a] / (double)n;
        }

        for (int i = 0; i < n; i++)
        {
            for (int a = 0; a < dimension; a++)
            {
                for (int b = 0; b < dimension; b++)
                    result[a, b] += (data.Row(i)[a] - mean[a]) * (data.Row(i)[b] - mean[b]) / n;
            }
        }

        return result;
    }
}
