using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MLNet.Flows.Onnx.Tests;

/// <summary>A model as ML.NET's converter writes it, in ONNX Runtime.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;

    public OnnxSession(byte[] bytes)
    {
        Bytes = bytes;
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        _session = new InferenceSession(bytes, options);
    }

    public byte[] Bytes { get; }

    public IReadOnlyList<string> Inputs => [.. _session.InputMetadata.Keys];

    public IReadOnlyList<string> Outputs => [.. _session.OutputMetadata.Keys];

    public static OnnxSession Of(MLContext context, ITransformer model, IDataView data) => new(Convert(context, model, data));

    public static byte[] Convert(MLContext context, ITransformer model, IDataView data)
    {
        using var stream = new MemoryStream();
        context.Model.ConvertToOnnx(model, data, stream);
        return stream.ToArray();
    }

    /// <summary>Scores a view's rows, whose columns are the graph's inputs.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="batch">Rows at a time; null for all at once.</param>
    public Scores Run(IDataView data, int? batch = null)
    {
        (string Name, Array Values, int Columns)[] columns = [.. Inputs.Select(name => Column(data, name))];
        int rows = columns[0].Values.Length / columns[0].Columns, size = batch ?? rows;
        Scores[] parts = [.. Enumerable.Range(0, (rows + size - 1) / size).Select(i => Run([.. columns.Select(
            column => NamedTensor(
                column.Name, Part(column.Values, i * size * column.Columns, size * column.Columns), column.Columns))]))];
        return new Scores(
            [.. parts.SelectMany(part => part.LogLikelihood)], [.. parts.SelectMany(part => part.Score)],
            [.. parts.SelectMany(part => part.PValue)], [.. parts.SelectMany(part => part.PredictedLabel)],
            [.. parts.SelectMany(part => part.Latent)]);
    }

    /// <summary>A tensor [n, columns] of numbers, flags or texts.</summary>
    public static NamedOnnxValue NamedTensor(string name, Array values, int columns)
    {
        int[] shape = [values.Length / columns, columns];
        return values switch
        {
            float[] singles => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(singles, shape)),
            double[] doubles => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<double>(doubles, shape)),
            string[] texts => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<string>(texts, shape)),
            int[] integers when values.GetType() == typeof(int[]) =>
                NamedOnnxValue.CreateFromTensor(name, new DenseTensor<int>(integers, shape)),
            bool[] flags => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<bool>(flags, shape)),
            uint[] keys => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<uint>(keys, shape)),
            byte[] keys => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<byte>(keys, shape)),
            _ => throw new ArgumentException($"No tensor is made of {values.GetType()}."),
        };
    }

    public Scores Run(IReadOnlyCollection<NamedOnnxValue> inputs)
    {
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = _session.Run(inputs);
        return new Scores(
            Singles(results, "LogLikelihood"), Singles(results, "Score"), Singles(results, "PValue"),
            [.. results.First(each => each.Name == "PredictedLabel.output").AsEnumerable<bool>()],
            results.Any(each => each.Name == "Latent.output") ? Singles(results, "Latent") : []);
    }

    public void Dispose() => _session.Dispose();

    private static (string Name, Array Values, int Columns) Column(IDataView data, string name)
    {
        DataViewSchema.Column column = data.Schema[name];
        bool isVector = column.Type is VectorDataViewType;
        DataViewType item = isVector ? ((VectorDataViewType)column.Type).ItemType : column.Type;
        if (item.RawType == typeof(float))
            return Of(() => data.GetColumn<float>(name), () => data.GetColumn<float[]>(name));
        if (item.RawType == typeof(double))
            return Of(() => data.GetColumn<double>(name), () => data.GetColumn<double[]>(name));
        if (item.RawType == typeof(bool))
            return Of(() => data.GetColumn<bool>(name), () => data.GetColumn<bool[]>(name));
        if (item.RawType == typeof(int))
            return Of(() => data.GetColumn<int>(name), () => data.GetColumn<int[]>(name));
        if (item.RawType == typeof(uint))
            return Of(() => data.GetColumn<uint>(name), () => data.GetColumn<uint[]>(name));
        if (item.RawType == typeof(byte))
            return Of(() => data.GetColumn<byte>(name), () => data.GetColumn<byte[]>(name));
        return Of(
            () => data.GetColumn<ReadOnlyMemory<char>>(name).Select(text => text.ToString()),
            () => data.GetColumn<ReadOnlyMemory<char>[]>(name)
                .Select(texts => Array.ConvertAll(texts, text => text.ToString())));

        (string, Array, int) Of<T>(Func<IEnumerable<T>> scalars, Func<IEnumerable<T[]>> vectors) => isVector
            ? (name, vectors().SelectMany(each => each).ToArray(), ((VectorDataViewType)column.Type).Size)
            : (name, scalars().ToArray(), 1);
    }

    private static Array Part(Array values, int start, int length)
    {
        Array part = Array.CreateInstance(values.GetType().GetElementType()!, Math.Min(length, values.Length - start));
        Array.Copy(values, start, part, 0, part.Length);
        return part;
    }

    private static float[] Singles(IEnumerable<DisposableNamedOnnxValue> results, string column) =>
        [.. results.First(each => each.Name == column + ".output").AsEnumerable<float>()];
}
