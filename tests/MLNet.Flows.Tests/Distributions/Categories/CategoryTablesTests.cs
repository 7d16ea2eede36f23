using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Tests.Distributions.Categories;

public sealed class CategoryTablesTests
{
    private const int Components = 3;

    [Fact]
    public void Shares_OfAColumn_AddUpToOneInEveryComponent()
    {
        CategoryTables tables = Tables(Codes(500, 9), 9);
        foreach (CategoryTables each in (CategoryTables[])[tables, tables.WithUnseenBeyond(40), tables.Take([0, 2])])
        {
            var sums = new double[each.Components];
            var logShares = new float[each.Components];
            foreach (int code in Enumerable.Range(CategoryCode.Unseen, 11))
            {
                each.LogShares([code], logShares);
                for (int m = 0; m < sums.Length; m++)
                    sums[m] += Math.Exp(logShares[m]);
            }

            Assert.All(sums, sum => Assert.Equal(1, sum, 1e-5));
        }
    }

    [Fact]
    public void Shares_AreSmoothedCounts()
    {
        // Component 0 has rows 0, 3, ... with code 1, the others the code 2: what smoothing leaves is between.
        var codes = new CodeMatrix(1);
        var shares = new ComponentShares(Components);
        for (int i = 0; i < 300; i++)
        {
            codes.AddRow()[0] = i % 3 == 0 ? 1 : 2;
            shares.Add(i, i % 3);
        }

        CategoryBackground background = CategoryBackground.Of(codes, [3], []);
        float[] logShares = new float[Components];
        CategoryTables.Fit(shares, codes, background).LogShares([1], logShares);

        const double smoothing = 0.004;
        double seen = Math.Log(1 - 2 / 602.0);
        Assert.Equal(seen + Math.Log((100 + smoothing / 3) / (100 + smoothing)), logShares[0], 1e-5);
        Assert.Equal(seen + Math.Log(smoothing / 3 / (100 + smoothing)), logShares[1], 1e-5);
        Assert.Equal(logShares[1], logShares[2]);
    }

    [Fact]
    public void Modes_AreTheCommonestCodes_AndDrawsHaveTheShares()
    {
        CodeMatrix codes = Codes(2000, 9);
        CategoryTables tables = Tables(codes, 9);
        var random = new RandomStream(4);
        for (int m = 0; m < Components; m++)
        {
            var counts = new int[10];
            var code = new int[1];
            for (int i = 0; i < 20_000; i++)
            {
                tables.Draw(m, random, code);
                counts[code[0]]++;
            }

            Assert.Equal(Array.IndexOf(counts, counts.Max()), tables.Modes(m)[0]);
            for (int c = 0; c < counts.Length; c++)
            {
                var logShares = new float[Components];
                tables.LogShares([c], logShares);
                Assert.Equal(Math.Exp(logShares[m]), counts[c] / 20_000.0, 0.02);
            }
        }
    }

    [Fact]
    public void Column_OfAHundredThousandValues_CostsMemoryByWhatOccurs()
    {
        const int rows = 200_000, values = 100_000, components = 200;
        var codes = new CodeMatrix(1);
        var shares = new ComponentShares(components);
        var random = new RandomStream(5);
        for (int i = 0; i < rows; i++)
        {
            codes.AddRow()[0] = 1 + (i < values ? i : random.NextInt32(values));
            shares.Add(i, random.NextInt32(components));
        }

        CategoryTables tables = CategoryTables.Fit(shares, codes, CategoryBackground.Of(codes, [values + 1], []));
        var writer = new ModelWriter();
        tables.Write(writer);

        // A dense table would take 80 MB.
        Assert.InRange(tables.Each[0].Gains, values, rows);
        Assert.InRange(writer.Payload.Length, 0, 3_000_000);
    }

    [Fact]
    public void Write_ThenRead_GivesTheSameBits()
    {
        CategoryTables tables = Tables(Codes(500, 9), 9).WithUnseenBeyond(33);
        var writer = new ModelWriter();
        tables.Write(writer);
        CategoryTables again = CategoryTables.Read(new ModelReader(writer.Payload.ToArray()), Components);

        float[] expected = new float[Components], read = new float[Components];
        for (int code = CategoryCode.Unseen; code <= 9; code++)
        {
            tables.LogShares([code], expected);
            again.LogShares([code], read);
            Assert.Equal(expected, read);
        }
    }

    [Fact]
    public void UnseenValues_AreNothingStrange_WhereManyRowsHaveOneOfTheirOwn()
    {
        var codes = new CodeMatrix(1);
        var shares = new ComponentShares(1);
        for (int i = 0; i < 1000; i++)
        {
            codes.AddRow()[0] = i < 50 ? i + 1 : 51;
            shares.Add(i, 0);
        }

        CategoryTables tables = CategoryTables.Fit(shares, codes, CategoryBackground.Of(codes, [52], [])).WithUnseenBeyond(100);
        var logShare = new float[1];
        tables.LogShares([CategoryCode.Unseen], logShare);

        Assert.Equal(-Math.Log(2 * 1001), logShare[0], 1e-3);
    }

    private static CodeMatrix Codes(int rows, int values)
    {
        var random = new RandomStream(3);
        var codes = new CodeMatrix(1);
        for (int i = 0; i < rows; i++)
            codes.AddRow()[0] = (int)(random.NextDouble() * random.NextDouble() * values + i % Components) % (values + 1);
        return codes;
    }

    private static CategoryTables Tables(CodeMatrix codes, int values)
    {
        var shares = new ComponentShares(Components);
        for (int i = 0; i < codes.RowCount; i++)
            shares.Add(i, i % Components);
        return CategoryTables.Fit(shares, codes, CategoryBackground.Of(codes, [values + 1], []));
    }
}
