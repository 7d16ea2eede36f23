using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Distributions;

/// <summary>log sum_m exp(l_m) as in double precision, of rows in blocks and alone.</summary>
public sealed class LogSumExpKernelTests
{
    public static TheoryData<int, int> WidthsAndTerms
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (int width in SimdWidths.All.Select(row => row.Data))
            {
                foreach (int terms in (int[])[1, 2, 63, 64, 65, 200, 1000])
                    data.Add(width, terms);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(WidthsAndTerms))]
    public void Run_AnyTerms_IsTheSumAndTheSameAlone(int width, int count)
    {
        float[][] rows = Rows(count);
        var terms = new AlignedBuffer(count * RowBlock.Rows);
        var result = new AlignedBuffer(RowBlock.Rows);
        for (int r = 0; r < RowBlock.Rows; r++)
        {
            for (int m = 0; m < count; m++)
                terms[m * RowBlock.Rows + r] = rows[r][m];
        }

        var operation = new OfBlock(terms, count, result);
        SimdDispatch.Run((SimdWidth)width, ref operation);

        for (int r = 0; r < RowBlock.Rows; r++)
        {
            double max = rows[r].Max(), expected = max + Math.Log(rows[r].Sum(term => Math.Exp(term - max)));
            Assert.InRange(result[r] - expected, -4e-7 - 2e-7 * Math.Abs(expected), 4e-7 + 2e-7 * Math.Abs(expected));
            Assert.Equal(result[r], LogSumExpKernel.Run([.. rows[r]]));
        }
    }

    [Fact]
    public void Run_OneTermAboveAllOthers_IsThatTerm()
    {
        float[] terms = new float[1000];
        Array.Fill(terms, -500);
        terms[700] = -123.456f;
        Assert.Equal(-123.456f, LogSumExpKernel.Run(terms));
    }

    // The largest term is last, first, in the middle, nearly everywhere, or far above the others.
    private static float[][] Rows(int count)
    {
        var random = new RandomStream(3);
        return [.. Enumerable.Range(0, RowBlock.Rows).Select(r => Enumerable.Range(0, count).Select(m => (float)((r % 6) switch
        {
            0 => 0.3 * m,
            1 => -0.3 * m,
            2 => 5 * random.NextGaussian(),
            3 => 100 * random.NextGaussian(),
            4 => -7.25,
            _ => m == count / 2 ? 40 : -1000 + random.NextGaussian(),
        })).ToArray())];
    }

    private readonly unsafe struct OfBlock(AlignedBuffer terms, int count, AlignedBuffer result) : ISimdOperation
    {
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* l = terms, sums = result)
                LogSumExpKernel.Run<V, S>(l, count, sums);
        }
    }
}
