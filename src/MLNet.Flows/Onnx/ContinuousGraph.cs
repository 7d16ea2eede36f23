using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Onnx;

/// <summary>Writes a continuous map: the solver's steps one behind the other, with the exact divergence.</summary>
/// <remarks>
/// As <see cref="RungeKuttaKernel{V, S}"/> does them, in as few nodes as it takes, about 40 a step: a runtime's plan of its
/// memory takes time with the square of their number.
/// 1. v = W u + b with the last hidden units u, so that a stage's point y - c v is one product on top of y - c b.
/// 2. A step's end is one product of the units of its four stages, side by side, with their shares of W.
/// 3. The divergences of the four stages are computed at once, one stage below the other, and weighted.
/// </remarks>
internal static class ContinuousGraph
{
    /// <summary>Steps of all maps in a graph, at most: of a mixture, all members' together.</summary>
    public const int MaximumSteps = 250;

    private const int Stages = 4;

    public static void Write(ContinuousMap map, OnnxRows rows)
    {
        float h = 1f / map.Steps;
        float[] shares = [h / 6, h / 3, h / 3, h / 6];
        var field = new Field(map.Field, rows, h, shares);
        for (int step = 0; step < map.Steps; step++)
        {
            OnnxValue y = rows.X, halfway = y - field.HalfBiases, end = y - field.Biases, point = y;
            OnnxValue[] first = new OnnxValue[Stages], last = new OnnxValue[Stages];
            for (int i = 0; i < Stages; i++)
            {
                if (i != 2)
                    field.SetTime(map.Biases[2 * step + (i + 1) / 2].Span[..map.Field.Input.Outputs]);
                (first[i], last[i]) = field.Units(point);
                if (i < Stages - 1)
                    point = Limited(last[i].Dense(field.Output, i < 2 ? halfway : end, i < 2 ? -h / 2 : -h));
            }

            rows.X = Limited(OnnxValue.Concat(last).Dense(field.OutputShares, end, -1));
            OnnxValue divergences = Limited(field.Divergences(first, last));
            rows.AddLogDet(-divergences.InRows(Stages).SumOfRows(shares));
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

        /// <summary>The first and the last hidden units at a point.</summary>
        public (OnnxValue First, OnnxValue Last) Units(OnnxValue point)
        {
            OnnxValue first = point.Dense(_input, _biases);
            first = (_shift is OnnxValue shift ? first + shift : first).Tanh();
            return (first, _hidden is var (weights, biases) ? first.Dense(weights, biases).Tanh() : first);
        }

        /// <summary>div v at the hidden units of all stages, one stage below the other.</summary>
        public OnnxValue Divergences(OnnxValue[] first, OnnxValue[] last)
        {
            OnnxValue traces = Slopes(first).Dense(_trace.Weights, _trace.Biases);
            return _hidden is null ? traces : (Slopes(last) * traces).Sum();
        }

        private static OnnxValue Slopes(OnnxValue[] units) => 1 - OnnxValue.Stack(units).Squared();

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
