using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.EndToEnd;

/// <summary>Samples come from the density that the model scores with.</summary>
public sealed class SamplingTests
{
    private readonly MLContext _context = new(3);

    [Theory]
    [InlineData("normal")]
    [InlineData("student")]
    [InlineData("mixture")]
    [InlineData("whitened")]
    public void Sample_TwoHundredThousand_AgreeWithTheDensity(string kind)
    {
        const int N = 200_000, Bins = 40, Fine = 8;
        var options = new PlanarFlowEstimator.Options { MaximumSteps = 400 };
        if (kind == "normal")
            options.BaseDistribution = BaseDistribution.StandardNormal;
        if (kind == "student")
            options.BaseDistribution = BaseDistribution.StudentT();
        if (kind == "whitened")
            options.Preprocessing = Preprocessing.Whiten();
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, Sine(1000)));
        float[] samples = model.Sample(N, seed: 7);

        // Probabilities of 40 x 40 cells on [-3, 3] x [-5, 5], each integrated on 8 x 8 points; all else is one more cell.
        double width = 6.0 / Bins / Fine, height = 10.0 / Bins / Fine;
        var expected = new double[Bins * Bins];
        var rows = new float[Bins * Fine * 2];
        var logLikelihood = new float[Bins * Fine];
        for (int i = 0; i < Bins * Fine; i++)
        {
            for (int j = 0; j < Bins * Fine; j++)
                (rows[2 * j], rows[2 * j + 1]) = ((float)(-3 + (i + 0.5) * width), (float)(-5 + (j + 0.5) * height));
            model.LogLikelihood(rows, logLikelihood);
            for (int j = 0; j < Bins * Fine; j++)
                expected[i / Fine * Bins + j / Fine] += Math.Exp(logLikelihood[j]) * width * height;
        }

        var observed = new double[Bins * Bins];
        for (int i = 0; i < N; i++)
        {
            double x = (samples[2 * i] + 3) / 6 * Bins, y = (samples[2 * i + 1] + 5) / 10 * Bins;
            if (x is >= 0 and < Bins && y is >= 0 and < Bins)
                observed[(int)x * Bins + (int)y]++;
        }

        // Chi-square over the cells that expect 10 or more, and one for all the rest.
        double chiSquare = 0, restExpected = N, restObserved = N;
        int cells = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double e = expected[i] * N;
            if (e < 10)
                continue;
            chiSquare += (observed[i] - e) * (observed[i] - e) / e;
            restExpected -= e;
            restObserved -= observed[i];
            cells++;
        }

        chiSquare += (restObserved - restExpected) * (restObserved - restExpected) / Math.Max(restExpected, 10);
        Assert.True(cells > 100);
        Assert.True(chiSquare < cells + 5 * Math.Sqrt(2.0 * cells), $"chi-square {chiSquare:F1} over {cells} cells");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    public void Sample_MeanOfMinusLogLikelihood_IsTheEntropy(int layers)
    {
        var options = new PlanarFlowEstimator.Options { MaximumSteps = 300, NumberOfLayers = layers };
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, Sine(1000)));
        const int N = 100_000, Cells = 1200;
        var ofSamples = new float[N];
        model.LogLikelihood(model.Sample(N, seed: 2), ofSamples);

        double entropy = 0, mass = 0, cell = 14.0 / Cells * 14.0 / Cells;
        var rows = new float[2 * Cells];
        var row = new float[Cells];
        for (int i = 0; i < Cells; i++)
        {
            for (int j = 0; j < Cells; j++)
                (rows[2 * j], rows[2 * j + 1]) = (-7 + 14 * (i + 0.5f) / Cells, -7 + 14 * (j + 0.5f) / Cells);
            model.LogLikelihood(rows, row);
            foreach (float l in row)
            {
                mass += Math.Exp(l) * cell;
                entropy -= Math.Exp(l) * l * cell;
            }
        }

        Assert.Equal(1, mass, 1e-3);
        Assert.Equal(entropy, -ofSamples.Average(l => (double)l), 0.02);
    }

    [Fact]
    public void Sample_ByTheCatalog_IsTheTransformersOwnWithItsLikelihood()
    {
        PlanarFlowTransformer flow = Transformers.TestFlows.Transformer(_context);
        float[] direct = flow.Sample(3000, seed: 4);
        float[] logLikelihood = new float[3000];
        flow.LogLikelihood(direct, logLikelihood);

        IDataView view = _context.Flows.Sample(new TransformerChain<ITransformer>().Append(flow), 3000, seed: 4);

        Assert.Equal(5, ((VectorDataViewType)view.Schema["Features"].Type).Size);
        Assert.Equal(direct, view.GetColumn<float[]>("Features").SelectMany(r => r));
        Assert.Equal(logLikelihood, view.GetColumn<float>("LogLikelihood"));
        Assert.Equal(direct[..500], flow.Sample(100, seed: 4));
        Assert.NotEqual(direct[..500], flow.Sample(100, seed: 5));
        Assert.Equal(logLikelihood.Select(l => -l), flow.Transform(view).GetColumn<float>("Score"));

        Assert.All(Enumerable.Range(0, 3000), i => Assert.Equal(7, direct[5 * i + 2]));
    }

    [Fact]
    public void Sample_ByTheCatalog_KeepsTheFeatureColumnsNameAndSlotNames()
    {
        IDataView data = _context.Data.LoadFromEnumerable(
            Rows.Normal(100, 2).Select(row => new Reading { Temperature = row[0], Pressure = row[1] }));
        var options = new PlanarFlowEstimator.Options
        {
            FeatureColumnName = "Inputs",
            LogLikelihoodColumnName = "LogP",
            MaximumSteps = 5,
            CalibrationFolds = 0,
        };
        ITransformer model = _context.Transforms.Concatenate("Inputs", "Temperature", "Pressure")
            .Append(_context.Flows.PlanarFlow(options)).Fit(data);

        IDataView drawn = _context.Flows.Sample(model, 10, seed: 1);

        VBuffer<ReadOnlyMemory<char>> names = default;
        drawn.Schema["Inputs"].GetSlotNames(ref names);
        Assert.Equal(["Temperature", "Pressure"], names.DenseValues().Select(name => name.ToString()));
        Assert.Equal(10, drawn.GetColumn<float>("LogP").Count(float.IsFinite));
        Assert.Equal(10, drawn.GetColumn<float[]>("Inputs").Count(row => row.Length == 2));
    }

    // With so few degrees of freedom a share of the draws is larger than any Single, and some larger than any double.
    [Theory]
    [InlineData(0.001)]
    [InlineData(0.05)]
    [InlineData(1)]
    [InlineData(1000)]
    public void Sample_StudentTOfAnyDegreesOfFreedom_IsFinite(double degreesOfFreedom)
    {
        var options = new PlanarFlowEstimator.Options
        {
            BaseDistribution = BaseDistribution.StudentT(degreesOfFreedom),
            Seed = 1,
            MaximumSteps = 50,
            CalibrationFolds = 0,
        };
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, Rows.Normal(300, 3)));

        float[] samples = model.Sample(5000, seed: 1), logLikelihoods = new float[5000];
        model.LogLikelihood(samples, logLikelihoods);

        Assert.All(samples, value => Assert.True(float.IsFinite(value)));
        Assert.All(logLikelihoods, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Sample_BadCountOrModel_Throws()
    {
        PlanarFlowTransformer flow = Transformers.TestFlows.Transformer(_context);

        Assert.Contains(
            "count is 0, but it is at least 1.", Assert.Throws<ArgumentOutOfRangeException>(() => flow.Sample(0)).Message);
        Assert.Contains(
            "rows is -1, but it is at least 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => _context.Flows.Sample(flow, -1)).Message);
        Assert.Contains(
            "do not fit one array", Assert.Throws<ArgumentOutOfRangeException>(() => flow.Sample(int.MaxValue)).Message);
        Assert.Contains(
            "holds no flow",
            Assert.Throws<ArgumentException>(() => _context.Flows.Sample(new TransformerChain<ITransformer>(), 1)).Message);
    }

    [Fact]
    public void Latent_OfTrainingRows_IsStandardNormalUnderANormalBase()
    {
        var options = new PlanarFlowEstimator.Options
        {
            BaseDistribution = BaseDistribution.StandardNormal,
            LatentColumnName = "Latent",
            MaximumSteps = 300,
            InputNoise = 0,
        };
        float[][] rows = [.. Rows.Normal(3000, 2).Select(r => (float[])[10 * r[0], 3, r[1]])];
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, rows));
        float[][] extra = [.. rows, [0, 3.06f, 0], [float.NaN, 3, 1]];

        IDataView scored = model.Transform(Rows.View(_context, extra));
        float[][] latent = [.. scored.GetColumn<float[]>("Latent")];

        // The learned location and scale of the base are part of the density, not of z.
        for (int d = 0; d < 3; d += 2)
            Assert.InRange(latent[..3000].Average(z => z[d] * z[d]), 0.3, 3);
        Assert.All(latent[..3000], z => Assert.Equal(0, z[1]));
        Assert.True(latent[3000][1] > 40, $"{latent[3000][1]} where the constant departs");
        Assert.All(latent[3001], z => Assert.True(float.IsNaN(z)));
    }

    private static float[][] Sine(int count)
    {
        var random = new RandomStream(11, 1);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double x2 = 6 * random.NextDouble() - 3;
            return new[] { (float)(Math.Sin(x2) + 0.1 * random.NextGaussian()), (float)x2 };
        })];
    }

    private sealed class Reading
    {
        public float Temperature { get; set; }

        public float Pressure { get; set; }
    }
}
