using MLNet.Flows.Interop;

namespace MLNet.Flows.Onnx;

/// <summary>A tensor in an ONNX graph, in whose operations maths is written as it is anywhere else; each makes a node.</summary>
/// <remarks>Rows are the first axis; shapes broadcast. Numbers are Single unless said otherwise.</remarks>
/// <param name="Graph">The graph.</param>
/// <param name="Name">The tensor's name.</param>
internal readonly record struct OnnxValue(OnnxGraph Graph, string Name)
{
    public static OnnxValue operator +(OnnxValue a, OnnxValue b) => a.Node("Add", b);

    public static OnnxValue operator +(OnnxValue a, float b) => a + a.Constant(b);

    public static OnnxValue operator -(OnnxValue a, OnnxValue b) => a.Node("Sub", b);

    public static OnnxValue operator -(OnnxValue a, float b) => a - a.Constant(b);

    public static OnnxValue operator -(float a, OnnxValue b) => b.Constant(a) - b;

    public static OnnxValue operator -(OnnxValue a) => a.Node("Neg");

    public static OnnxValue operator *(OnnxValue a, OnnxValue b) => a.Node("Mul", b);

    public static OnnxValue operator *(OnnxValue a, float b) => a * a.Constant(b);

    public static OnnxValue operator *(float a, OnnxValue b) => b * a;

    public static OnnxValue operator /(OnnxValue a, OnnxValue b) => a.Node("Div", b);

    public static OnnxValue operator /(float a, OnnxValue b) => b.Constant(a) / b;

    public OnnxValue Exp() => Node("Exp");

    public OnnxValue Log() => Node("Log");

    public OnnxValue Tanh() => Node("Tanh");

    public OnnxValue Sqrt() => Node("Sqrt");

    public OnnxValue Abs() => Node("Abs");

    public OnnxValue Sign() => Node("Sign");

    public OnnxValue Squared() => this * this;

    public OnnxValue Power(float exponent) => Node("Pow", Constant(exponent));

    public OnnxValue Clip(float lowest, float highest) => Node("Clip", Constant(lowest), Constant(highest));

    public OnnxValue AtLeast(OnnxValue lowest) => Node("Max", lowest);

    public OnnxValue AtLeast(float lowest) => AtLeast(Constant(lowest));

    public OnnxValue AtMost(OnnxValue highest) => Node("Min", highest);

    /// <summary>Boolean.</summary>
    public OnnxValue IsNaN() => Node("IsNaN");

    /// <summary>Boolean; false of NaN.</summary>
    public OnnxValue IsBelow(OnnxValue other) => Node("Less", other);

    /// <summary>Boolean; false of NaN.</summary>
    public OnnxValue IsBelow(float other) => IsBelow(Constant(other));

    /// <summary>Of booleans.</summary>
    public OnnxValue Or(OnnxValue other) => Node("Or", other);

    /// <summary>Of booleans.</summary>
    public OnnxValue Not() => Node("Not");

    /// <summary>Of booleans: one value where it is true, another elsewhere.</summary>
    public OnnxValue Choose(OnnxValue where, OnnxValue elsewhere) => Node("Where", where, elsewhere);

    /// <summary>y = x W^T + b.</summary>
    /// <param name="weights">[outputs, inputs], row-major.</param>
    /// <param name="bias">[outputs].</param>
    public OnnxValue Dense(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias) =>
        Dense(Constant(weights, bias.Length, weights.Length / bias.Length), Constant(bias, bias.Length));

    /// <summary>y = scale x W^T + addend, of weights [outputs, inputs] and an addend [outputs] or [n, outputs].</summary>
    public OnnxValue Dense(OnnxValue weights, OnnxValue addend, float scale = 1) => new(
        Graph, Graph.Node("Gemm", [Name, weights.Name, addend.Name], ("alpha", scale), ("transB", 1L)));

    /// <summary>[n, 1], weighted sums of the rows of this [rows, n].</summary>
    /// <param name="weights">[rows].</param>
    public OnnxValue SumOfRows(ReadOnlySpan<float> weights) => new(
        Graph, Graph.Node("Gemm", [Name, Graph.Constant(weights, weights.Length, 1)], ("transA", 1L)));

    /// <summary>Sums along an axis, which stays with length 1.</summary>
    public OnnxValue Sum(int axis = 1) => Reduce("ReduceSum", axis);

    /// <summary>The largest along an axis, which stays with length 1.</summary>
    public OnnxValue Largest(int axis = 1) => Reduce("ReduceMax", axis);

    /// <summary>The smallest along an axis, which stays with length 1.</summary>
    public OnnxValue Smallest(int axis = 1) => Reduce("ReduceMin", axis);

    /// <summary>Running sums along axis 1, each of what comes before an element.</summary>
    public OnnxValue SumsBefore() => new(Graph, Graph.Node("CumSum", [Name, Graph.Integers(1)], ("exclusive", 1L)));

    /// <summary>log sum exp along axis 1, with the largest taken out first; minus infinity counts as the lowest number.</summary>
    public OnnxValue LogSumExp()
    {
        OnnxValue terms = AtLeast(float.MinValue), largest = terms.Largest();
        return largest + (terms - largest).Exp().Sum().Log();
    }

    /// <summary>Columns along axis 1, in this order.</summary>
    public OnnxValue Columns(ReadOnlySpan<int> columns) => new(
        Graph, Graph.Node("Gather", [Name, Graph.Integers(Long(columns))], ("axis", 1L)));

    /// <summary>Column i moves to place <paramref name="places"/>[i]: a permutation.</summary>
    public OnnxValue InPlaces(ReadOnlySpan<int> places)
    {
        var order = new int[places.Length];
        bool moves = false;
        for (int i = 0; i < places.Length; i++)
        {
            order[places[i]] = i;
            moves |= places[i] != i;
        }

        return moves ? Columns(order) : this;
    }

    /// <summary>Rows of this table [rows, ...], by indices of Int64 [n, 1]: [n, ...].</summary>
    public OnnxValue Rows(OnnxValue indices) => new(
        Graph, Graph.Node("Gather", [Name, indices.Node("Squeeze", ("axes", new[] { 1L })).Name], ("axis", 0L)));

    /// <summary>Along axis 1 of [n, m, ...], the element of these indices of Int64 [n, 1, ...].</summary>
    public OnnxValue Pick(OnnxValue indices) => new(
        Graph, Graph.Node("GatherElements", [Name, indices.Name], ("axis", 1L)));

    /// <summary>A part of axis 1.</summary>
    public OnnxValue Slice(int start, int length) => new(
        Graph,
        Graph.Node(
            "Slice", [Name, Graph.Integers(start), Graph.Integers(start + (long)length), Graph.Integers(1)]));

    /// <summary>Zeros before and after, along axis 1 of three.</summary>
    public OnnxValue ZerosAround() => new(Graph, Graph.Node("Pad", [Name, Graph.Integers(0, 1, 0, 0, 1, 0)]));

    /// <summary>[rows, n], of this in order.</summary>
    public OnnxValue InRows(int rows) => new(Graph, Graph.Node("Reshape", [Name, Graph.Integers(rows, -1)]));

    /// <summary>Another shape for each row.</summary>
    public OnnxValue Reshape(params long[] row) => new(Graph, Graph.Node("Reshape", [Name, Graph.Integers([-1L, .. row])]));

    /// <summary>An axis of length 1.</summary>
    public OnnxValue Unsqueeze(int axis) => Node("Unsqueeze", ("axes", new[] { (long)axis }));

    /// <summary>Side by side along axis 1.</summary>
    public static OnnxValue Concat(params OnnxValue[] parts) => Concat(parts, axis: 1);

    /// <summary>One below the other, along axis 0.</summary>
    public static OnnxValue Stack(OnnxValue[] parts) => Concat(parts, axis: 0);

    public OnnxValue ToSingle() => Cast(1);

    public OnnxValue ToInt64() => Cast(7);

    public OnnxValue ToBoolean() => Cast(9);

    public OnnxValue ToDouble() => Cast(11);

    public OnnxValue Constant(float value) => new(Graph, Graph.Constant(value));

    public OnnxValue Constant(double value) => new(Graph, Graph.Constant(value));

    public OnnxValue Constant(ReadOnlySpan<float> values, params long[] shape) => new(Graph, Graph.Constant(values, shape));

    public OnnxValue Constant(ReadOnlySpan<double> values, params long[] shape) => new(Graph, Graph.Constant(values, shape));

    /// <summary>What an operator for machine learning makes of it.</summary>
    public OnnxValue MachineLearning(string operation, params (string Name, object Value)[] attributes) =>
        new(Graph, Graph.MachineLearningNode(operation, [Name], attributes));

    // By the numbers that the format gives types.
    private OnnxValue Cast(long type) => Node("Cast", ("to", type));

    private static OnnxValue Concat(OnnxValue[] parts, long axis) => parts is [OnnxValue one]
        ? one
        : new OnnxValue(
            parts[0].Graph, parts[0].Graph.Node("Concat", [.. parts.Select(part => part.Name)], ("axis", axis)));

    private OnnxValue Reduce(string operation, int axis) => Node(operation, ("axes", new[] { (long)axis }));

    private OnnxValue Node(string operation, params OnnxValue[] others) =>
        new(Graph, Graph.Node(operation, [Name, .. others.Select(other => other.Name)]));

    private OnnxValue Node(string operation, (string Name, object Value) attribute) =>
        new(Graph, Graph.Node(operation, [Name], attribute));

    private static long[] Long(ReadOnlySpan<int> values)
    {
        var result = new long[values.Length];
        for (int i = 0; i < values.Length; i++)
            result[i] = values[i];
        return result;
    }
}
