using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace MLNet.Flows.Interop;

/// <summary>The ONNX graph that ML.NET's converter is writing: nodes and constants, and the columns of the view that is being
/// written.</summary>
/// <remarks>Tensors are known by their names, which are columns to the converter as well; so all names of one view begin with a
/// prefix that no column has.</remarks>
internal sealed class OnnxGraph
{
    /// <summary>Clip has its limits as inputs from this version of the standard on.</summary>
    public const int LowestOpset = 11;

    /// <summary>Bytes of constants, at most: a file of the format, which is of Protobuf, ends at 2 GiB.</summary>
    public const long MaximumBytes = 2_000_000_000;

    private const string Standard = "";
    private const string MachineLearning = "ai.onnx.ml";
    private readonly OnnxContext _context;
    private readonly string _prefix;
    private readonly Dictionary<double, string> _scalars = [];
    private int _names;
    private long _bytes;

    /// <param name="context">The converter's.</param>
    /// <param name="prefix">What all names begin with.</param>
    /// <exception cref="InvalidOperationException">The converter writes an older version of the standard.</exception>
    public OnnxGraph(OnnxContext context, string prefix)
    {
        context.CheckOpSetVersion(LowestOpset, "MLNet.Flows");
        (_context, _prefix) = (context, prefix);
    }

    /// <summary>The tensor [n, size] of a column that was written before; null where there is none.</summary>
    public string? Column(string name) => _context.ContainsColumn(name) ? _context.GetVariableName(name) : null;

    /// <summary>A tensor that a node of the standard's operators computes.</summary>
    /// <param name="operation">Such as "Add".</param>
    /// <param name="inputs">Tensors.</param>
    /// <param name="attributes">Values are long, float, string, or arrays of these.</param>
    public string Node(string operation, string[] inputs, params (string Name, object Value)[] attributes) =>
        Node(operation, Standard, inputs, attributes);

    /// <summary>Likewise, of the operators for machine learning.</summary>
    public string MachineLearningNode(string operation, string[] inputs, params (string Name, object Value)[] attributes) =>
        Node(operation, MachineLearning, inputs, attributes);

    /// <summary>Makes a tensor the column of that name and type.</summary>
    public void SetColumn(string name, DataViewType type, string tensor) => Add(
        "Identity", Standard, [tensor], _context.AddIntermediateVariable(type, name), []);

    /// <summary>A constant; the same one for the same value.</summary>
    public string Constant(float value)
    {
        if (!_scalars.TryGetValue(value, out string? name))
            _scalars.Add(value, name = _context.AddInitializer(value, Name("constant")));
        return name;
    }

    /// <summary>A constant in double precision.</summary>
    public string Constant(double value)
    {
        Count(sizeof(double));
        return _context.AddInitializer(value, Name("constant"));
    }

    /// <summary>A constant tensor.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">Its shape.</param>
    public string Constant(ReadOnlySpan<float> values, params long[] shape)
    {
        Count((long)values.Length * sizeof(float));
        return _context.AddInitializer((IEnumerable<float>)values.ToArray(), shape, Name("constant"));
    }

    /// <summary>A constant tensor in double precision.</summary>
    public string Constant(ReadOnlySpan<double> values, params long[] shape)
    {
        Count((long)values.Length * sizeof(double));
        return _context.AddInitializer((IEnumerable<double>)values.ToArray(), shape, Name("constant"));
    }

    /// <summary>A constant vector of integers.</summary>
    public string Integers(params ReadOnlySpan<long> values)
    {
        Count((long)values.Length * sizeof(long));
        return _context.AddInitializer((IEnumerable<long>)values.ToArray(), [values.Length], Name("constant"));
    }

    private string Node(string operation, string domain, string[] inputs, (string Name, object Value)[] attributes)
    {
        string output = _context.AddIntermediateVariable(null, Name(operation), skip: true);
        Add(operation, domain, inputs, output, attributes);
        return output;
    }

    private void Add(
        string operation, string domain, string[] inputs, string output, (string Name, object Value)[] attributes)
    {
        OnnxNode node = _context.CreateNode(operation, inputs, [output], _context.GetNodeName(Name(operation)), domain);
        foreach ((string name, object value) in attributes)
            AddAttribute(node, name, value);
    }

    private static void AddAttribute(OnnxNode node, string name, object value)
    {
        switch (value)
        {
            case long number:
                node.AddAttribute(name, number);
                break;
            case float number:
                node.AddAttribute(name, (double)number);
                break;
            case string text:
                node.AddAttribute(name, text);
                break;
            case long[] numbers:
                node.AddAttribute(name, (IEnumerable<long>)numbers);
                break;
            case float[] numbers:
                node.AddAttribute(name, (IEnumerable<float>)numbers);
                break;
            case string[] texts:
                node.AddAttribute(name, (IEnumerable<string>)texts);
                break;
            default:
                throw new ArgumentException($"The attribute '{name}' is a {value.GetType()}, which no node takes.");
        }
    }

    // Unique by its number already: the converter would try one number after the other.
    private string Name(string what) => string.Create(CultureInfo.InvariantCulture, $"{_prefix}/{what}{_names++}");

    private void Count(long bytes)
    {
        _bytes += bytes;
        if (_bytes > MaximumBytes)
        {
            throw new NotSupportedException(
                $"The flow's parameters take over {MaximumBytes:N0} bytes, more than an ONNX file holds. Train fewer members or "
                + "components, or score in .NET with a model that mlContext.Model.Save wrote.");
        }
    }
}
