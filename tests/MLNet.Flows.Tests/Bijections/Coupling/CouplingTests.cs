using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Bijections.Coupling;

/// <summary>The affine coupling against the paper's formula; the laws it shares with all bijections are in
/// <see cref="BijectionLawsTests"/>.</summary>
public sealed class CouplingTests
{
    [Theory]
    [InlineData(2, 1, 3)]
    [InlineData(5, 2, 20)]
    [InlineData(16, 8, 64)]
    [InlineData(33, 0, 7)]
    public void Forward_OfRandomCoupling_IsTheFormulaInDoublePrecision(int dimension, int passive, int hidden)
    {
        int[] columns = [.. Enumerable.Range(0, passive).Select(i => 2 * i)];
        Coupling<AffineMap> coupling = BijectionTable.Coupling(
            dimension, columns, [hidden, hidden + 1], bound: 1.5f, inputBound: 1);
        var random = new RandomStream(3);
        var block = new RowBlock(dimension, coupling.ScratchColumns) { Count = 64 };
        foreach (ref float value in block.Values.Span[..(64 * dimension)])
            value = (float)random.NextGaussian();
        float[] inputs = block.Values.Span[..(64 * dimension)].ToArray();

        coupling.Forward(block);

        for (int r = 0; r < 64; r++)
        {
            (double[] z, double logDet) = Formula(
                coupling, [.. Enumerable.Range(0, dimension).Select(d => (double)inputs[d * 64 + r])]);
            Assert.Equal(logDet, block.LogDet[r], 1e-5 * (1 + dimension));
            for (int d = 0; d < dimension; d++)
                Assert.Equal(z[d], block.Column(d)[r], 2e-5 * (1 + Math.Abs(z[d])));
        }
    }

    // Beyond the bound of inputs the map is affine: scale and shift are those at the edge, and the gradient does not reach the
    // passive columns.
    [Theory]
    [MemberData(nameof(SimdWidths.All), MemberType = typeof(SimdWidths))]
    public void Forward_BeyondTheBoundOfInputs_ScalesAndShiftsAsAtTheEdge(int width)
    {
        Coupling<AffineMap> coupling = BijectionTable.Coupling(4, [0, 2], [16], inputBound: 3);
        (float[] edge, float atEdge) = Run(3);
        (float[] far, float atFar) = Run(1e6f);

        Assert.Equal(atEdge, atFar);
        Assert.Equal((edge[1], edge[3]), (far[1], far[3]));
        Assert.Equal((1e6f, -1e6f), (far[0], far[2]));

        var input = new RowBlock(4, coupling.ScratchColumns, (SimdWidth)width) { Count = 1 };
        var gradient = new RowBlock(4, coupling.ScratchColumns, (SimdWidth)width) { Count = 1 };
        for (int d = 0; d < 4; d++)
            (input.Column(d)[0], gradient.Column(d)[0]) = (d == 2 ? -1e6f : 1e6f, 1);
        coupling.Backward(input, gradient);
        Assert.Equal((1f, 1f), (gradient.Column(0)[0], gradient.Column(2)[0]));
        Assert.NotEqual((1f, 1f), (gradient.Column(1)[0], gradient.Column(3)[0]));

        (float[] Z, float LogDet) Run(float passive)
        {
            var block = new RowBlock(4, coupling.ScratchColumns, (SimdWidth)width) { Count = 1 };
            (block.Column(0)[0], block.Column(1)[0], block.Column(2)[0], block.Column(3)[0]) = (passive, 0.5f, -passive, -2);
            coupling.Forward(block);
            return ([.. Enumerable.Range(0, 4).Select(d => block.Column(d)[0])], block.LogDet[0]);
        }
    }

    // Weights near the largest that a layer takes, on inputs at the limit: every product and sum there is.
    [Theory]
    [MemberData(nameof(SimdWidths.All), MemberType = typeof(SimdWidths))]
    public void Forward_HugeWeights_StaysFinite(int width)
    {
        Coupling<AffineMap> coupling = BijectionTable.Coupling(4, [0, 2], [16, 16], bound: 64, scale: 1e20);
        var block = new RowBlock(4, coupling.ScratchColumns, (SimdWidth)width) { Count = 64 };
        var input = new RowBlock(4, coupling.ScratchColumns, (SimdWidth)width) { Count = 64 };
        var gradient = new RowBlock(4, coupling.ScratchColumns, (SimdWidth)width) { Count = 64 };
        float[] extremes = [0, 1e15f, -1e15f, 3e38f, -3e38f, 1e-38f, 1];
        for (int i = 0; i < 256; i++)
        {
            block.Values[i] = input.Values[i] = extremes[i * 5 % 7];
            gradient.Values[i] = extremes[i * 3 % 7];
        }

        coupling.Forward(block);
        coupling.Backward(input, gradient);

        Assert.All(block.Values.Span[..256].ToArray(), z => Assert.True(float.IsFinite(z)));
        Assert.All(block.LogDet.Span.ToArray(), l => Assert.InRange(l, -128, 128));
        Assert.All(gradient.Values.Span[..256].ToArray(), g => Assert.True(float.IsFinite(g)));
    }

    [Fact]
    public void Constructor_BadArguments_SayWhatIsWrong()
    {
        MultilayerPerceptron conditioner = new([new DenseLayer(1, 2, [1, 1], [0, 0])]);

        Assert.Contains(
            "Passive column 0 of a coupling on 2 columns is out of order or range",
            Fault(() => new Coupling<AffineMap>(new ColumnMask(2, [0, 0]), conditioner, new AffineMap(2))));
        Assert.Contains(
            "Passive column 2 of a coupling on 2 columns",
            Fault(() => new Coupling<AffineMap>(new ColumnMask(2, [2]), conditioner, new AffineMap(2))));
        Assert.Contains(
            "All 1 columns of a coupling are passive",
            Fault(() => new Coupling<AffineMap>(new ColumnMask(1, [0]), conditioner, new AffineMap(2))));
        Assert.Contains(
            "has 1 inputs and 2 outputs, but 2 passive and 1 active columns need 2 and 2",
            Fault(() => new Coupling<AffineMap>(new ColumnMask(3, [0, 1]), conditioner, new AffineMap(2))));
        Assert.Contains(
            "The bound of log-scales is 0",
            Fault(() => new Coupling<AffineMap>(new ColumnMask(2, [0]), conditioner, new AffineMap(0))));
        Assert.Contains(
            "The bound of a conditioner's inputs is 0",
            Fault(() => new Coupling<AffineMap>(new ColumnMask(2, [0]), conditioner, new AffineMap(2), inputBound: 0)));
        Assert.Contains("has 0 layers", Fault(() => new MultilayerPerceptron([])));
        Assert.Contains(
            "Layer 1 of a perceptron has 1 inputs, but the layer before has 2 outputs",
            Fault(() => new MultilayerPerceptron([.. conditioner.Layers, .. conditioner.Layers])));
        Assert.Contains("has 1 weights and 2 biases", Fault(() => new DenseLayer(1, 2, [1], [0, 0])));
        Assert.Contains(
            "The weights of output 1 of a dense layer add up to 2e+22",
            Fault(() => new DenseLayer(2, 2, [0, 0, 1e22f, -1e22f], [0, 0])));
        Assert.Contains(
            "The weights of output 0 of a dense layer add up to NaN", Fault(() => new DenseLayer(0, 1, [], [float.NaN])));

        static string Fault(Func<object> create) => Assert.Throws<ArgumentException>(create).Message;
    }

    // z_A = x_A, z_B = x_B exp(s) + t, s = bound tanh(raw / bound), (raw, t) = conditioner(x_A).
    private static (double[] Z, double LogDet) Formula(Coupling<AffineMap> coupling, double[] x)
    {
        double[] h =
            [.. coupling.Parts.Inputs.Select(
                column => Math.Clamp(x[column], -coupling.Parts.InputBound, coupling.Parts.InputBound))];
        IReadOnlyList<DenseLayer> layers = coupling.Parts.Conditioner.Layers;
        for (int l = 0; l < layers.Count; l++)
        {
            var next = new double[layers[l].Outputs];
            for (int o = 0; o < next.Length; o++)
            {
                next[o] = layers[l].Biases[o];
                for (int i = 0; i < h.Length; i++)
                    next[o] += layers[l].Weights[o * h.Length + i] * h[i];
                if (l < layers.Count - 1)
                    next[o] = Math.Max(0, next[o]);
            }

            h = next;
        }

        double logDet = 0, bound = coupling.Parts.Map.LogScaleBound;
        int[] active = [.. Enumerable.Range(0, x.Length).Where(d => !coupling.Parts.Inputs.Contains(d))];
        for (int i = 0; i < active.Length; i++)
        {
            double s = bound * Math.Tanh(h[i] / bound);
            x[active[i]] = x[active[i]] * Math.Exp(s) + h[active.Length + i];
            logDet += s;
        }

        return (x, logDet);
    }
}
