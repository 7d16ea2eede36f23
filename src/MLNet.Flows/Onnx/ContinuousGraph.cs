using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Onnx;

/// <summary>Writes a continuous map: the solver's steps one behind the other, with the exact divergence.</summary>
/// <remarks>
/// As <see cref="RungeKuttaKernel{V, S}"/> does them, in as few nodes as it takes, about 30 a step: a runtime's plan of its
/// memory takes time with the square of their number.
/// 1. v = W u + b with the last hidden units u, so that a stage's point y - c v is one product on top of y - c b.
/// 2. A step's end is one product of the units of its four stages, side by side, with their shares of W.
/// 3. The divergences of a few steps are computed at once, one stage below the other, and weighted.
/// </remarks>
internal static class ContinuousGraph
{
    /// <summary>Steps of all maps in a graph, at most: of a mixture, all members' together.</summary>
    public const int MaximumSteps = 250;

    private const int Stages = 4;

    // More would take more memory than they save nodes.
    private const int StepsAtOnce = 5;

    public static void Write(ContinuousMap map, OnnxRows rows)
    {
        float h = 1f / map.Steps;
        float[] shares = [h / 6, h / 3, h / 3, h / 6];
        var field = new Field(map.Field, rows, h, shares);
        List<OnnxValue> first = [], last = [];
        for (int step = 0; step < map.Steps; step++)
        {
            OnnxValue y = rows.X, halfway = y - field.HalfBiases, end = y - field.Biases, point = y;
            for (int i = 0; i < Stages; i++)
            {
                if (i != 2)
                    field.SetTime(map.Biases[2 * step + (i + 1) / 2].Span[..map.Field.Input.Outputs]);
                field.AddUnits(point, first, last);
                if (i < Stages - 1)
                    point = Limited(last[^1].Dense(field.Output, i < 2 ? halfway : end, i < 2 ? -h / 2 : -h));
            }

            rows.X = Limited(OnnxValue.Concat([.. last.TakeLast(Stages)]).Dense(field.OutputShares, end, -1));
            if ((step + 1) % StepsAtOnce != 0 && step < map.Steps - 1)
                continue;
            OnnxValue divergences = Limited(field.Divergences(first, last)).InRows(first.Count);
            rows.AddLogDet(-divergences.SumOfRows([.. Enumerable.Range(0, first.Count).Select(i => shares[i % Stages])]));
            first.Clear();
            last.Clear();
        }
    }

    private static OnnxValue Limited(OnnxValue value) => value.Clip(-ValueLimit.Largest, ValueLimit.Largest);

    /// <summary>The velocity field, whose weights are constants of all stages.</summary>
    private sealed class Field
    {
        private readonly OnnxValue _x;
        private readonly OnnxValue _input;
        private readonly OnnxValue? _shift;
        private readonly (OnnxValue Weights, OnnxValue Biases)? _hidden;
        private readonly (OnnxValue Weights, OnnxValue Biases) _trace;
        private OnnxValue _biases;

        public Field(VelocityField field, OnnxRows rows, float h, float[] shares)
        {
            _x = rows.X;
            _input = Weights(field.Input);
            if (field.Context is DenseLayer context)
                _shift = Limited(rows.Context.Dense(context.Weights, context.Biases));
            if (field.Hidden is DenseLayer hidden)
            {
                _hidden = (Weights(hidden), Vector(hidden.Biases));
                _trace = (Weights(field.TraceLayer!), Vector(field.TraceLayer!.Biases));
            }
            else
            {
                _trace = (_x.Constant(field.DiagonalWeights!.Span[..field.Input.Outputs], 1, field.Input.Outputs), Vector([0]));
            }

            Output = Weights(field.Output);
            OutputShares = _x.Constant(Repeated(field.Output, shares), field.Dimension, Stages * field.Output.Inputs);
            float[] biases = field.Output.Biases.ToArray();
            Biases = Vector(Array.ConvertAll(biases, bias => h * bias));
            HalfBiases = Vector(Array.ConvertAll(biases, bias => h / 2 * bias));
        }

        /// <summary>[d, units].</summary>
        public OnnxValue Output { get; }

        /// <summary>[d, 4 units], times each stage's share.</summary>
        public OnnxValue OutputShares { get; }

        /// <summary>[d], the output's biases over a step.</summary>
        public OnnxValue Biases { get; }

        /// <summary>[d], over half a step.</summary>
        public OnnxValue HalfBiases { get; }

        /// <summary>The first layer's biases from now on.</summary>
        public void SetTime(ReadOnlySpan<float> biases) => _biases = Vector(biases);

        /// <summary>Adds the first and the last hidden units at a point.</summary>
        public void AddUnits(OnnxValue point, List<OnnxValue> first, List<OnnxValue> last)
        {
            OnnxValue sums = point.Dense(_input, _biases);
            first.Add((_shift is OnnxValue shift ? sums + shift : sums).Tanh());
            last.Add(_hidden is var (weights, biases) ? first[^1].Dense(weights, biases).Tanh() : first[^1]);
        }

        /// <summary>div v at the hidden units of all stages, one stage below the other.</summary>
        public OnnxValue Divergences(List<OnnxValue> first, List<OnnxValue> last)
        {
            OnnxValue traces = Slopes(first).Dense(_trace.Weights, _trace.Biases);
            return _hidden is null ? traces : (Slopes(last) * traces).Sum();
        }

        private static OnnxValue Slopes(List<OnnxValue> units) => 1 - OnnxValue.Stack([.. units]).Squared();

        private static float[] Repeated(DenseLayer layer, float[] shares)
        {
            var weights = new List<float>();
            for (int i = 0; i < layer.Outputs; i++)
            {
                float[] row = layer.Weights.Slice(i * layer.Inputs, layer.Inputs).ToArray();
                foreach (float share in shares)
                    weights.AddRange(row.Select(weight => share * weight));
            }

            return [.. weights];
        }

        private OnnxValue Weights(DenseLayer layer) => _x.Constant(layer.Weights, layer.Outputs, layer.Inputs);

        private OnnxValue Vector(ReadOnlySpan<float> values) => _x.Constant(values, values.Length);
    }
}
