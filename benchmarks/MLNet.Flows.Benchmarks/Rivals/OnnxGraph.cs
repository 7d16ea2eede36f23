using System.Runtime.InteropServices;
using System.Text;
using MLNet.Flows.Bijections.Planar;

namespace MLNet.Flows.Benchmarks.Rivals;

/// <summary>A planar flow with a standard normal base as an ONNX model (opset 13), written field by field: x [n, D] to log p [n,
/// 1].</summary>
internal static class OnnxGraph
{
    public static byte[] Of(PlanarStack stack)
    {
        int d = stack.Dimension, layers = stack.Layers;
        var nodes = new List<byte[]>();
        var constants = new List<byte[]>();
        string z = "x";
        float[] c = new float[layers];
        for (int k = 0; k < layers; k++)
        {
            float[] w = stack.W.Slice(k * d, d).ToArray(), uHat = stack.UHat.Slice(k * d, d).ToArray();
            c[k] = w.Zip(uHat).Sum(p => p.First * p.Second);
            constants.AddRange([Constant($"w{k}", w, d, 1), Constant($"u{k}", uHat, 1, d), Constant($"b{k}", [stack.B[k]], 1)]);
            nodes.AddRange([
                Node("MatMul", $"p{k}", z, $"w{k}"),
                Node("Add", $"a{k}", $"p{k}", $"b{k}"),
                Node("Tanh", $"h{k}", $"a{k}"),
                Node("MatMul", $"v{k}", $"h{k}", $"u{k}"),
                Node("Add", $"z{k}", z, $"v{k}"),
            ]);
            z = $"z{k}";
        }

        // log|det| = sum_k log(1 + c_k - c_k h_k^2), log p_Z = -1/2 |z|^2 - D/2 log(2 pi).
        constants.AddRange([
            Constant("negative", [.. c.Select(value => -value)], layers),
            Constant("onePlus", [.. c.Select(value => 1 + value)], layers),
            Constant("half", [-0.5f], 1),
            Constant("constant", [-0.5f * d * MathF.Log(2 * MathF.PI)], 1),
            Message(Field(1, 1), Field(2, 7), Field(8, "axes"), Field(9, BitConverter.GetBytes(1L))),
        ]);
        nodes.AddRange([
            Node(
                "Concat",
                "h",
                [.. Enumerable.Range(0, layers).Select(k => $"h{k}")],
                Message(Field(1, "axis"), Field(3, 1), Field(20, 2))),
            Node("Mul", "hh", "h", "h"),
            Node("Mul", "slope", "hh", "negative"),
            Node("Add", "factor", "slope", "onePlus"),
            Node("Log", "logs", "factor"),
            Node("ReduceSum", "logDet", "logs", "axes"),
            Node("Mul", "zz", z, z),
            Node("ReduceSum", "square", "zz", "axes"),
            Node("Mul", "exponent", "square", "half"),
            Node("Add", "sum", "exponent", "logDet"),
            Node("Add", "y", "sum", "constant"),
        ]);
        byte[] graph = Message([
            .. nodes.Select(node => Field(1, node)),
            Field(2, "flow"),
            .. constants.Select(constant => Field(5, constant)),
            Field(11, Value("x", d)),
            Field(12, Value("y", 1)),
        ]);
        return Message(Field(1, 8), Field(7, graph), Field(8, Message(Field(1, ""), Field(2, 13))));
    }

    private static byte[] Node(string operation, string output, params string[] inputs) => Node(operation, output, inputs, []);

    private static byte[] Node(string operation, string output, string[] inputs, byte[] attribute) => Message([
        .. inputs.Select(input => Field(1, input)),
        Field(2, output),
        Field(4, operation),
        attribute.Length > 0 ? Field(5, attribute) : [],
    ]);

    private static byte[] Constant(string name, float[] values, params long[] shape) => Message([
        .. shape.Select(size => Field(1, size)),
        Field(2, 1),
        Field(8, name),
        Field(9, MemoryMarshal.AsBytes<float>(values).ToArray()),
    ]);

    private static byte[] Value(string name, long columns)
    {
        byte[] shape = Message(Field(1, Message(Field(2, "n"))), Field(1, Message(Field(1, columns))));
        return Message(Field(1, name), Field(2, Message(Field(1, Message(Field(1, 1), Field(2, shape))))));
    }

    private static byte[] Message(params byte[][] fields) => [.. fields.SelectMany(field => field)];

    private static byte[] Field(int number, long value) => [.. Varint((ulong)number << 3), .. Varint((ulong)value)];

    private static byte[] Field(int number, string value) => Field(number, Encoding.UTF8.GetBytes(value));

    private static byte[] Field(int number, byte[] value) =>
        [.. Varint(((ulong)number << 3) | 2), .. Varint((ulong)value.Length), .. value];

    private static IEnumerable<byte> Varint(ulong value)
    {
        for (; value >= 128; value >>= 7)
            yield return (byte)(value | 128);
        yield return (byte)value;
    }
}
