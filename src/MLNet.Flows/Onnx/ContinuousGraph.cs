using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Onnx;

/// <summary>Writes a continuous map: the solver's steps one behind the other, as <see cref="RungeKuttaKernel{V, S}"/> does them,
/// with the exact divergence.</summary>
internal static class ContinuousGraph
{
    private const float Largest = ValueLimit.Largest;

    public static void Write(ContinuousMap map, OnnxRows rows)
    {
        var field = new Field(map.Field, rows);
        OnnxValue y = rows.X;
        OnnxValue? total = null;
        float h = 1f / map.Steps;
        for (int step = 0; step < map.Steps; step++)
        {
            OnnxValue point = y;
            OnnxValue? sum = null;
            for (int i = 0; i < 4; i++)
            {
                float share = i is 0 or 3 ? h / 6 : h / 3;
                if (i != 2)
                    field.SetTime(map.Biases[2 * step + (i + 1) / 2].Span[..map.Field.Input.Outputs]);
                (OnnxValue v, OnnxValue divergence) = field.At(point);
                total = Added(total, divergence * -share);
                sum = Added(sum, v * share);
                if (i < 3)
                    point = Limited(y - v * (i < 2 ? h / 2 : h));
            }

            y = Limited(y - sum!.Value);
        }

        rows.X = y;
        rows.AddLogDet(total!.Value);
    }

    private static OnnxValue Added(OnnxValue? sum, OnnxValue term) => sum is OnnxValue before ? Limited(before + term) : term;

    private static OnnxValue Limited(OnnxValue value) => value.Clip(-Largest, Largest);

    /// <summary>The velocity field, whose weights are constants of all stages.</summary>
    private sealed class Field
    {
        private readonly OnnxValue _some;
        private readonly Layer _input;
        private readonly Layer? _hidden;
        private readonly Layer? _trace;
        private readonly Layer _output;
        private readonly OnnxValue? _diagonal;
        private readonly OnnxValue? _shift;
        private OnnxValue _biases;

        public Field(VelocityField field, OnnxRows rows)
        {
            _some = rows.X;
            _input = new Layer(field.Input, rows.X);
            _output = new Layer(field.Output, rows.X);
            if (field.Context is DenseLayer context)
                _shift = new Layer(context, rows.X).Of(rows.Context);
            if (field.Hidden is DenseLayer hidden)
                (_hidden, _trace) = (new Layer(hidden, rows.X), new Layer(field.TraceLayer!, rows.X));
            else
                _diagonal = rows.X.Constant(field.DiagonalWeights!.Span[..field.Input.Outputs], field.Input.Outputs);
        }

        /// <summary>The first layer's biases from now on.</summary>
        public void SetTime(ReadOnlySpan<float> biases) => _biases = _some.Constant(biases, biases.Length);

        /// <summary>v and div v.</summary>
        public (OnnxValue Velocity, OnnxValue Divergence) At(OnnxValue point)
        {
            OnnxValue first = _input.Of(point, _biases);
            first = (_shift is OnnxValue shift ? first + shift : first).Tanh();
            OnnxValue firstSlopes = 1 - first.Squared();
            if (_hidden is null)
                return (_output.Of(first), Limited((firstSlopes * _diagonal!.Value).Sum()));
            OnnxValue second = _hidden.Of(first).Tanh(), secondSlopes = 1 - second.Squared();
            return (_output.Of(second), Limited((secondSlopes * _trace!.Of(firstSlopes)).Sum()));
        }
    }

    // The biases are written with the first use: those of the first layer are others at each time.
    private sealed class Layer(DenseLayer layer, OnnxValue some)
    {
        private readonly OnnxValue _weights = some.Constant(layer.Weights, layer.Outputs, layer.Inputs);
        private OnnxValue? _biases;

        public OnnxValue Of(OnnxValue x) => Of(x, _biases ??= some.Constant(layer.Biases, layer.Outputs));

        public OnnxValue Of(OnnxValue x, OnnxValue biases) => Limited(x.Dense(_weights, biases));
    }
}
