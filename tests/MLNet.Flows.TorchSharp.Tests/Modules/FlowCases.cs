using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Autoregressive;
using MLNet.Flows.Bijections.Conditioned;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Bijections.Radial;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.TorchSharp.Tests.Modules;

/// <summary>Trainable chains and bases by name, and random parameters for them.</summary>
internal static class FlowCases
{
    /// <summary>A line of the table of chains: every bijection that has a module is in one of them.</summary>
    public static readonly IReadOnlyDictionary<string, Func<int, TrainableBijection[]>> Chains =
        new Dictionary<string, Func<int, TrainableBijection[]>>
        {
            ["none"] = _ => [],
            ["planar 1"] = d => [new TrainablePlanarStack(d, 1)],
            ["planar 16"] = d => [new TrainablePlanarStack(d, 16)],
            ["planar 64"] = d => [new TrainablePlanarStack(d, 64)],
            ["planar 7 after planar 5"] = d => [new TrainablePlanarStack(d, 5), new TrainablePlanarStack(d, 7)],
            ["actnorm"] = d => [new ActNorm(d)],
            ["planar 5 after actnorm"] = d => [new ActNorm(d), new TrainablePlanarStack(d, 5)],
            ["radial 1"] = d => [new TrainableRadialLayer(d)],
            ["radial 6"] = d => [.. Enumerable.Range(0, 6).Select(_ => new TrainableRadialLayer(d))],
            ["couplings, linear"] = d => Couplings(d, 2),
            ["couplings 1"] = d => Couplings(d, 2, 1),
            ["couplings 5"] = d => Couplings(d, 2, 5),
            ["couplings 16x16"] = d => Couplings(d, 4, 16, 16),
            ["couplings 33x7x20"] = d => Couplings(d, 3, 33, 7, 20),
            ["couplings 64x64"] = d => Couplings(d, 6, 64, 64),
            ["coupling 128"] = d => Couplings(d, 1, 128),
            ["linear"] = d => [new TrainableLinear(d)],
            ["additive couplings"] = d => Couplings(d, 4, default(AdditiveMap), 16, 16),
            ["spline couplings 8"] = d => Couplings(d, 2, new SplineMap(8, 3), 16, 16),
            ["spline couplings 5 after linear"] = d =>
                [new TrainableLinear(d), .. Couplings(d, 2, new SplineMap(5, 2), 7)],
            ["autoregressive, linear"] = d => Autoregressive(d, 2, new AffineMap(2)),
            ["autoregressive 33x20"] = d => Autoregressive(d, 3, new AffineMap(2), 33, 20),
            ["additive autoregressive 16"] = d => Autoregressive(d, 2, default(AdditiveMap), 16),
            ["residual coupling 20x20x20"] = d => [new TrainableCoupling<AffineMap>(
                ColumnMask.Alternating(d, 1, new RandomStream(3))[0],
                [20, 20, 20],
                new AffineMap(2),
                residual: true)],
            ["residual autoregressive 16x16x16x16x16"] = d => [new TrainableAutoregressive<AffineMap>(
                [.. Enumerable.Range(0, d)],
                [16, 16, 16, 16, 16],
                new AffineMap(2),
                residual: true)],
            ["coupling given 3, none passive"] = d => [new TrainableCoupling<AffineMap>(
                new ColumnMask(d, []), [16, 16], new AffineMap(2), context: Context)],
            ["couplings given 3"] = d => [.. ColumnMask.Alternating(d, 3, new RandomStream(3)).SelectMany(
                mask => (TrainableBijection[])
                    [new ActNorm(d), new TrainableCoupling<SplineMap>(mask, [20], new SplineMap(5, 3), context: Context)])],
            ["autoregressive given 3"] = d => [new TrainableAutoregressive<AffineMap>(
                [.. Enumerable.Range(0, d)], [17, 33], new AffineMap(2), context: Context)],
            ["spline autoregressive 16"] = d => Autoregressive(d, 2, new SplineMap(4, 3), 16),
        };

    /// <summary>Columns of the context of the chains that are given one.</summary>
    public const int Context = 3;

    public static readonly IReadOnlyDictionary<string, Func<int, TrainableDistribution>> Bases =
        new Dictionary<string, Func<int, TrainableDistribution>>
        {
            ["normal"] = d => new TrainableDiagonalNormal(d),
            ["student"] = d => new TrainableProductStudentT(d, 5),
            ["mixture"] = d => new TrainableNormalMixture(d, 6, sharedScale: true, minimumWeight: 0),
            ["mixture, own scales"] = d => new TrainableNormalMixture(d, 3, sharedScale: false, minimumWeight: 0),
        };

    /// <summary>What the rows of a chain are given, standardized; null where it is given nothing.</summary>
    public static FeatureMatrix? Contexts(int columns, int rows)
    {
        if (columns == 0)
            return null;
        var contexts = new FeatureMatrix(columns);
        var random = new RandomStream(21);
        for (int i = 0; i < rows; i++)
        {
            foreach (ref float value in contexts.AddRow())
                value = (float)random.NextGaussian();
        }

        return contexts;
    }

    /// <summary>The start on the rows, with every weight moved away from it, so that none is 0.</summary>
    public static float[] RandomParameters(TrainableTransformed flow, FeatureMatrix data)
    {
        var parameters = new float[flow.ParameterCount];
        FeatureMatrix? contexts = Contexts(flow.ContextColumns, data.RowCount);
        flow.Initialize(
            data, contexts, [.. Enumerable.Range(0, data.RowCount)], seed: 8, parameters, checkpoint: null);
        var random = new RandomStream(9);
        int from = 0;
        foreach (TrainableBijection bijection in flow.Bijections)
        {
            // Bins of a spline that are narrower than training makes them magnify what rounding does to a value.
            double spread = bijection switch
            {
                TrainablePlanarStack => 1 / Math.Sqrt(flow.Dimension),
                TrainableConditioned<SplineMap> => 0.05,
                TrainableLinear => 0.3 / Math.Sqrt(flow.Dimension),
                _ => 0.15,
            };
            ReadOnlySpan<float> mask = bijection.GradientMask;
            Span<float> own = parameters.AsSpan(from, bijection.ParameterCount);
            for (int i = 0; i < own.Length; i++)
                own[i] += (float)(spread * random.NextGaussian()) * (mask.IsEmpty ? 1 : mask[i]);
            from += bijection.ParameterCount;
        }

        return parameters;
    }

    private static TrainableBijection[] Couplings(int dimension, int count, params int[] hidden) =>
        Couplings(dimension, count, new AffineMap(2), hidden);

    private static TrainableBijection[] Couplings<TMap>(int dimension, int count, TMap map, params int[] hidden)
        where TMap : struct, IScalarMap =>
        [.. ColumnMask.Alternating(dimension, count, new RandomStream(3))
            .SelectMany(
                mask => (TrainableBijection[])[new ActNorm(dimension), new TrainableCoupling<TMap>(mask, hidden, map)])];

    private static TrainableBijection[] Autoregressive<TMap>(int dimension, int count, TMap map, params int[] hidden)
        where TMap : struct, IScalarMap
    {
        int[] order = [.. Enumerable.Range(0, dimension)];
        return [.. Enumerable.Range(0, count).SelectMany(k => (TrainableBijection[])
            [
                new ActNorm(dimension),
                new TrainableAutoregressive<TMap>(k % 2 == 0 ? order : [.. order.Reverse()], hidden, map),
            ])];
    }
}
