using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Autoregressive;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Bijections.Radial;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.Bijections.Planar;

namespace MLNet.Flows.Tests.Bijections;

/// <summary>Every bijection at several shapes, by name: one line here gives a new one all of
/// <see cref="BijectionLawsTests"/>.</summary>
internal static class BijectionTable
{
    private static readonly Dictionary<string, Func<Bijection>> Constructors = Build();

    public static IEnumerable<string> Names => Constructors.Keys;

    public static Bijection Create(string name) => Constructors[name]();

    /// <summary>A coupling whose weights are drawn so that activations keep their size from layer to layer.</summary>
    public static Coupling<AffineMap> Coupling(
        int dimension, int[] passive, int[] hidden, float bound = 2, double scale = 1, float inputBound = ValueLimit.Largest) =>
        Coupling(dimension, passive, hidden, new AffineMap(bound), scale, inputBound);

    /// <summary>Likewise, of any map.</summary>
    public static Coupling<TMap> Coupling<TMap>(
        int dimension,
        int[] passive,
        int[] hidden,
        TMap map,
        double scale = 1,
        float inputBound = ValueLimit.Largest,
        bool residual = false,
        int context = 0)
        where TMap : struct, IScalarMap
    {
        var random = new RandomStream(dimension + hidden.Length);
        int[] widths = [context + passive.Length, .. hidden, map.ParameterCount * (dimension - passive.Length)];
        return new Coupling<TMap>(
            new ColumnMask(dimension, passive), Perceptron(widths, residual, random, scale), map, inputBound, context);
    }

    /// <summary>Likewise autoregressive, in a random order.</summary>
    public static Autoregressive<TMap> Autoregressive<TMap>(
        int dimension,
        int[] hidden,
        TMap map,
        double scale = 1,
        float inputBound = 5,
        bool residual = false,
        int context = 0)
        where TMap : struct, IScalarMap
    {
        var random = new RandomStream(dimension + hidden.Length);
        int[] order = [.. Enumerable.Range(0, dimension)];
        random.Shuffle<int>(order);
        return new Autoregressive<TMap>(
            order,
            Perceptron(
                [context + dimension, .. hidden, map.ParameterCount * dimension],
                residual,
                random,
                scale,
                new AutoregressiveMask(dimension, hidden, map.ParameterCount, context)),
            map,
            inputBound,
            context);
    }

    /// <summary>A continuous map of random weights, in so many steps that the solver's error does not show in single
    /// precision.</summary>
    public static ContinuousMap Continuous(int dimension, int[] hidden, int steps = 48, int context = 0)
    {
        int[] widths = [dimension + TimeFeatures.Count + context, .. hidden, dimension];
        var random = new RandomStream(dimension + hidden.Length);
        return new ContinuousMap(new VelocityField(Perceptron(widths, residual: false, random, scale: 1), context), steps);
    }

    public static PlanarStack Planar(int dimension, int layers) =>
        new TrainablePlanarStack(dimension, layers).Freeze(PlanarReference.RandomParameters(dimension, layers, 2));

    public static LinearMap Linear(int dimension)
    {
        var linear = new TrainableLinear(dimension);
        return linear.Freeze([.. Draw(linear.ParameterCount, 5).Select(value => value / MathF.Sqrt(dimension))]);
    }

    private static MultilayerPerceptron Perceptron(
        int[] widths, bool residual, RandomStream random, double scale, AutoregressiveMask? mask = null)
    {
        var layers = new DenseLayer[widths.Length - 1];
        for (int l = 0; l < layers.Length; l++)
        {
            int inputs = widths[l];
            float[] weights = Draw(inputs * widths[l + 1], Math.Max(1, inputs)), biases = Draw(widths[l + 1], 4);
            for (int at = 0; mask is not null && at < weights.Length; at++)
                weights[at] = at % inputs < mask.Prefixes(l)[at / inputs] ? weights[at] : 0;
            layers[l] = new DenseLayer(inputs, widths[l + 1], weights, biases);
        }

        return new MultilayerPerceptron(layers, residual);

        float[] Draw(int count, int inputs) =>
            [.. Enumerable.Range(0, count).Select(_ => (float)(scale * random.NextGaussian() / Math.Sqrt(inputs)))];
    }

    private static Dictionary<string, Func<Bijection>> Build()
    {
        var table = new Dictionary<string, Func<Bijection>>();
        foreach (int d in new[] { 1, 2, 5, 16, 33 })
        {
            table.Add($"standardization {d}", () => new Standardization([.. Draw(d, 1)], [.. Draw(d, 2).Select(MathF.Exp)]));
            table.Add($"whitening {d}", () => Whitening.Fit(Correlated(d), [], 0.05));
            table.Add(
                $"symmetric log {d}, every other column",
                () => new SymmetricLog(d, [.. Enumerable.Range(0, d).Where(i => i % 2 == 0)], 2));
            table.Add($"symmetric log {d}", () => new SymmetricLog(d, [.. Enumerable.Range(0, d)], 2));
            foreach (int k in new[] { 0, 1, 3, 4, 16, 17, 64 })
                table.Add($"planar stack {d} x {k}", () => Planar(d, k));
            table.Add($"radial layer {d}, towards", () => new RadialLayer([.. Draw(d, 3)], alpha: 0.7f, beta: -0.5f));
            table.Add($"radial layer {d}, away", () => new RadialLayer([.. Draw(d, 3)], alpha: 1.5f, beta: 4));
            table.Add($"coupling {d}, none passive", () => Coupling(d, [], [3]));
            table.Add($"spline coupling {d}, none passive", () => Coupling(d, [], [3], new SplineMap(8, 3)));
            table.Add($"linear map {d}", () => Linear(d));
            table.Add($"autoregressive {d}, one dense layer", () => Autoregressive(d, [], new AffineMap(0.5f)));
            table.Add($"autoregressive {d}, two hidden layers", () => Autoregressive(d, [20, 33], new AffineMap(1)));
            table.Add($"spline autoregressive {d}", () => Autoregressive(d, [16], new SplineMap(5, 3), scale: 0.6));
            table.Add($"additive autoregressive {d}", () => Autoregressive(d, [16, 7], default(AdditiveMap)));
            table.Add(
                $"autoregressive {d}, residual blocks",
                () => Autoregressive(d, [20, 20, 20, 20, 20], new AffineMap(1), scale: 0.6, residual: true));
            table.Add(
                $"coupling {d}, none passive, given 3",
                () => Coupling(d, [], [16], new AffineMap(2), inputBound: 3, context: 3));
            table.Add($"continuous map {d}, given 3", () => Continuous(d, [16, 12], context: 3));
            table.Add($"continuous map {d}, one hidden layer, given 20", () => Continuous(d, [17], context: 20));
            table.Add($"autoregressive {d}, given 2", () => Autoregressive(d, [20, 20], new AffineMap(1), context: 2));
            table.Add($"spline autoregressive {d}, given 1", () => Autoregressive(d, [], new SplineMap(5, 3), 0.3, context: 1));
            table.Add($"continuous map {d}, one hidden layer", () => Continuous(d, [20]));
            table.Add($"continuous map {d}, two hidden layers", () => Continuous(d, [33, 20]));
            if (d == 1)
                continue;
            int[] even = [.. Enumerable.Range(0, d).Where(i => i % 2 == 0)], first = [.. Enumerable.Range(0, d / 2)];
            table.Add($"coupling {d}, one dense layer", () => Coupling(d, even, []));
            table.Add($"coupling {d}, one hidden layer", () => Coupling(d, first, [5]));
            table.Add($"coupling {d}, two hidden layers", () => Coupling(d, even, [64, 64]));
            table.Add($"coupling {d}, bounded inputs", () => Coupling(d, even, [16], inputBound: 0.75f));
            table.Add($"coupling {d}, three hidden layers", () => Coupling(d, [d - 1], [20, 33, 7]));
            table.Add(
                $"coupling {d}, residual block",
                () => Coupling(d, even, [33, 33, 33], new AffineMap(1), scale: 0.7, residual: true));
            table.Add(
                $"spline coupling {d}, given 20",
                () => Coupling(d, even, [16, 16], new SplineMap(8, 3), scale: 0.8, inputBound: 3, context: 20));
            table.Add($"additive coupling {d}", () => Coupling(d, even, [16, 16], default(AdditiveMap)));
            table.Add($"spline coupling {d}", () => Coupling(d, even, [16, 16], new SplineMap(8, 3)));
            table.Add($"spline coupling {d}, two bins", () => Coupling(d, first, [5], new SplineMap(2, 0.5f), scale: 0.5));
            table.Add($"spline coupling {d}, 20 bins", () => Coupling(d, even, [16], new SplineMap(20, 5), scale: 0.7));
        }

        table.Add("coupling 5, wide hidden layers", () => Coupling(5, [0, 3], [70, 130]));
        return table;
    }

    private static IEnumerable<float> Draw(int count, int seed)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(0.5 * random.NextGaussian()))];
    }

    private static FeatureMatrix Correlated(int dimension)
    {
        var matrix = new FeatureMatrix(dimension);
        var random = new RandomStream(9);
        for (int i = 0; i < 300; i++)
        {
            double common = random.NextGaussian();
            foreach (ref float value in matrix.AddRow())
                value = (float)(random.NextGaussian() + common);
        }

        return matrix;
    }
}
