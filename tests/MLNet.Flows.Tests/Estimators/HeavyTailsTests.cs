using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Estimators;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Estimators;

/// <summary>Which columns count as heavy-tailed, and what location and scale they get.</summary>
public sealed class HeavyTailsTests
{
    [Theory]
    [InlineData("normal", false)]
    [InlineData("exponential", false)]
    [InlineData("lognormal", false)]
    [InlineData("two clusters, 30 %", false)]
    [InlineData("two clusters, 5 %", true)]
    [InlineData("rare ones", false)]
    [InlineData("digits", false)]
    [InlineData("mostly 0, else lognormal", false)]
    [InlineData("one far", true)]
    [InlineData("rare ones, one far", true)]
    [InlineData("two of -999", true)]
    [InlineData("1 % of -60", true)]
    [InlineData("15 % of -999", true)]
    [InlineData("mostly 0, else lognormal, 0.5 % of 9999", true)]
    [InlineData("digits, 1 % of 255", true)]
    [InlineData("Cauchy", true)]
    public void Find_Column_IsHeavyTailedOrNot(string kind, bool expected)
    {
        HeavyTails found = Find(Column(kind, 5000));

        Assert.Equal(expected ? [0] : [], found.Columns);
    }

    // Within 6 % the standard deviation of the others, and the mean within 5 % of it, although up to 15 % of the values are far
    // out.
    [Theory]
    [InlineData("two clusters, 5 %", 0, 4)]
    [InlineData("two of -999", 0, 1)]
    [InlineData("1 % of -60", 0, 1)]
    [InlineData("15 % of -999", 0, 1)]
    [InlineData("digits, 1 % of 255", 4.5, 2.872)]
    public void Find_ValuesFarOut_TakesTheMomentsOfTheBulk(string kind, double mean, double scale)
    {
        HeavyTails found = Find(Column(kind, 5000));

        Assert.Equal(mean, found.Standardization.Mean[0], 0.05 * scale);
        Assert.Equal(scale, found.Standardization.Scale[0], 0.06 * scale);
    }

    [Theory]
    [InlineData("two of -999", -999.0, 2)]
    [InlineData("15 % of -999", -999.0, 750)]
    [InlineData("digits, 1 % of 255", 255.0, 50)]
    [InlineData("mostly 0, else lognormal, 0.5 % of 9999", 9999.0, 25)]
    [InlineData("one far", null, 0)]
    [InlineData("Cauchy", null, 0)]
    [InlineData("two clusters, 5 %", null, 0)]
    public void Find_ValueThatRepeatsFarOut_IsAPlaceholder(string kind, double? value, int count)
    {
        HeavyTails found = Find(Column(kind, 5000));

        Assert.Equal(value is null ? [] : [new Placeholder(0, (float)value.Value, count)], found.Placeholders);
    }

    [Fact]
    public void Find_ValuesThatAreFurtherApartThanTheLargestSingle_KeepsDifferencesFinite()
    {
        var matrix = new FeatureMatrix(1);
        for (int i = 0; i < 1000; i++)
            matrix.AddRow()[0] = i % 10 == 3 ? -3e38f : 3e38f;

        Standardization found = Find(matrix).Standardization;

        Assert.True(float.IsFinite(3e38f - found.Mean[0]) && float.IsFinite(-3e38f - found.Mean[0]), $"{found.Mean[0]}");
        Assert.InRange(Math.Abs(3e38f - found.Mean[0]) / found.Scale[0], 0.1, 3);
        Assert.InRange(Math.Abs(-3e38f - found.Mean[0]) / found.Scale[0], 0.1, 3);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(100_000)]
    public void Find_OneValueFarOut_TakesTheMeanAndFourStandardDeviationsOfTheOthers(int rows)
    {
        FeatureMatrix matrix = Column("normal", rows);
        double mean = Enumerable.Range(0, rows).Where(i => i != 2).Average(i => matrix.Row(i)[0]);
        double variance = Enumerable.Range(0, rows).Where(i => i != 2).Average(i => Math.Pow(matrix.Row(i)[0] - mean, 2));
        matrix.Row(2)[0] = 1e30f;

        HeavyTails found = Find(matrix);

        Assert.Equal([0], found.Columns);
        Assert.Equal(mean, found.Standardization.Mean[0], 1e-4);
        Assert.Equal(4 * Math.Sqrt(variance), found.Standardization.Scale[0], 1e-3);
    }

    [Fact]
    public void Find_OtherColumns_KeepTheirMoments()
    {
        var matrix = new FeatureMatrix(3);
        var random = new RandomStream(4);
        for (int i = 0; i < 1000; i++)
            Enumerable.Range(0, 3).Select(_ => (float)random.NextGaussian()).ToArray().CopyTo(matrix.AddRow());
        matrix.Row(7)[1] = -1e9f;
        Standardization moments = Standardization.Fit(matrix, []);

        HeavyTails found = HeavyTails.Find(matrix, [], moments);

        Assert.Equal([1], found.Columns);
        foreach (int d in new[] { 0, 2 })
            Assert.Equal((moments.Mean[d], moments.Scale[d]), (found.Standardization.Mean[d], found.Standardization.Scale[d]));
    }

    // A row of weight 3 is three rows.
    [Fact]
    public void Find_Weighted_CountsARowAsOftenAsItsWeight()
    {
        var matrix = new FeatureMatrix(1);
        var repeated = new FeatureMatrix(1);
        var weights = new float[101];
        for (int i = 0; i <= 100; i++)
        {
            float value = i == 100 ? 1e20f : i % 10;
            weights[i] = i == 100 ? 1 : 1 + i % 3;
            matrix.AddRow()[0] = value;
            for (int j = 0; j < weights[i]; j++)
                repeated.AddRow()[0] = value;
        }

        HeavyTails weighted = HeavyTails.Find(matrix, weights, Standardization.Fit(matrix, weights)), plain = Find(repeated);

        Assert.Equal(plain.Standardization.Mean[0], weighted.Standardization.Mean[0], 1e-5);
        Assert.Equal(plain.Standardization.Scale[0], weighted.Standardization.Scale[0], 1e-5);
    }

    private static HeavyTails Find(FeatureMatrix matrix) => HeavyTails.Find(matrix, [], Standardization.Fit(matrix, []));

    private static FeatureMatrix Column(string kind, int rows)
    {
        var matrix = new FeatureMatrix(1);
        var random = new RandomStream(1, 7);
        for (int i = 0; i < rows; i++)
        {
            double gauss = random.NextGaussian();
            bool rare = i % 100 == 7;
            matrix.AddRow()[0] = (float)(kind switch
            {
                "exponential" => -Math.Log(1 - random.NextDouble()),
                "lognormal" => Math.Exp(1.5 * gauss),
                "two clusters, 5 %" => gauss + (i % 20 == 0 ? 50 : 0),
                "two clusters, 30 %" => gauss + (i % 10 < 3 ? 50 : 0),
                "digits" => i * 7 % 10,
                "digits, 1 % of 255" => rare ? 255 : i * 7 % 10,
                "mostly 0, else lognormal" => i % 10 == 0 ? Math.Exp(gauss) : 0,
                "mostly 0, else lognormal, 0.5 % of 9999" => i % 200 == 7 ? 9999 : i % 10 == 0 ? Math.Exp(gauss) : 0,
                "two of -999" => i is 50 or 4000 ? -999 : gauss,
                "1 % of -60" => rare ? -60 : gauss,
                "15 % of -999" => i % 20 < 3 ? -999 : gauss,
                "rare ones" => rare ? 1 : 0,
                "rare ones, one far" => i == 50 ? 1e12 : rare ? 1 : 0,
                "one far" => i == 50 ? 1e6 : gauss,
                "Cauchy" => Math.Tan(Math.PI * (random.NextDouble() - 0.5)),
                _ => gauss,
            });
        }

        return matrix;
    }
}
