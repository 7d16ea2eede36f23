using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Interop;
using MLNet.Flows.Schema;
using MLNet.Flows.Transformers;

namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>Draws rows from a trained flow: a view with the feature column, in original units and with its slot names, and
    /// the log-likelihood column.</summary>
    /// <remarks>Exact: base draws go through the flow's exact inverse. The view is lazy and draws the same rows each time it is
    /// read; a column that was constant in training keeps its constant. About 0.1 microseconds per layer and row.</remarks>
    /// <param name="model">A flow or a chain that holds one, fitted or loaded.</param>
    /// <param name="rows">How many rows, at least 1.</param>
    /// <param name="seed">Same seed, same rows; null takes one from the context.</param>
    /// <returns>The view.</returns>
    /// <exception cref="ArgumentException">The model holds no flow, or one that needs contexts.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rows"/> is below 1.</exception>
    public IDataView Sample(ITransformer model, long rows, int? seed = null)
    {
        FlowTransformer flow = FlowChain.Of(model).Flow;
        flow.RequireNoContext("Sample(model, contexts)");
        FlowTransformer.CheckCount(rows, nameof(rows));
        IEnumerable<float[]> drawn = Sampler(flow, seed).Rows(rows);
        return View(flow, drawn.Select(features => Scored(flow, features, context: [])));
    }

    /// <summary>Draws a row for each row of contexts from a flow that is given one: a view with the context, the feature column
    /// and the log-likelihood column.</summary>
    /// <remarks>Exact: base draws go through the flow's exact inverse given the context. The view is lazy: the contexts are read
    /// each time that it is, and the same rows drawn.</remarks>
    /// <param name="model">A flow or a chain that holds one, fitted or loaded.</param>
    /// <param name="contexts">Rows with the context column; no transform of a chain is applied to them.</param>
    /// <param name="seed">Same seed and contexts, same rows; null takes one from the context.</param>
    /// <returns>The view.</returns>
    /// <exception cref="ArgumentException">The model holds no flow, or one that is given no context; the context column is
    /// missing, of another type, or of another size than in training; on reading, a context is missing or infinite.</exception>
    public IDataView Sample(ITransformer model, IDataView contexts, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(contexts);
        FlowTransformer flow = FlowChain.Of(model).Flow;
        if (flow.ContextColumnName is not string name)
            throw new ArgumentException("This flow is given no context. Call Sample(model, rows) with a number of rows.");
        DataViewSchema.Column column = FeatureColumn.Bind(contexts.Schema, name, flow.ContextCount, "context");
        IEnumerable<(float[] Features, float[] Context)> drawn = Sampler(flow, seed).Rows(Contexts(contexts, column, flow));
        return View(flow, drawn.Select(row => Scored(flow, row.Features, row.Context)));
    }

    private static IEnumerable<float[]> Contexts(IDataView data, DataViewSchema.Column column, FlowTransformer flow)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> read = FeatureColumn.Reader(cursor, column, flow.ContextCount);
        VBuffer<float> context = default;
        while (cursor.MoveNext())
        {
            read(ref context);
            yield return FlowTransformer.CheckContext([.. context.DenseValues()]);
        }
    }

    private FlowSampler Sampler(FlowTransformer flow, int? seed) =>
        new(flow.Model.Density, seed ?? new FlowHost(Environment, "FlowSample").NextSeed());

    private IDataView View(FlowTransformer flow, IEnumerable<SampledRow> rows)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(SampledRow));

        // A column is found by its name only until it is renamed.
        SchemaDefinition.Column features = schema[nameof(SampledRow.Features)], context = schema[nameof(SampledRow.Context)],
        logLikelihood = schema[nameof(SampledRow.LogLikelihood)];
        (features.ColumnName, logLikelihood.ColumnName) = (flow.FeatureColumnName, flow.LogLikelihoodColumnName);
        features.ColumnType = new VectorDataViewType(NumberDataViewType.Single, flow.FeatureCount);
        if (flow.ContextColumnName is string contextName)
        {
            context.ColumnName = contextName;
            context.ColumnType = new VectorDataViewType(NumberDataViewType.Single, flow.ContextCount);
        }
        else
        {
            schema.Remove(context);
        }

        if (flow.Model.SlotNames is { } slotNames)
        {
            var names = new VBuffer<ReadOnlyMemory<char>>(slotNames.Length, [.. slotNames.Select(name => name.AsMemory())]);
            features.AddAnnotation("SlotNames", names, new VectorDataViewType(TextDataViewType.Instance, slotNames.Length));
        }

        return _mlContext.Data.LoadFromEnumerable(rows, schema);
    }

    private static SampledRow Scored(FlowTransformer flow, float[] features, float[] context)
    {
        var row = new SampledRow { Features = features, Context = context };
        flow.LogLikelihood(features, context, new Span<float>(ref row.LogLikelihood));
        return row;
    }

    private sealed class SampledRow
    {
        public float[] Features = [];

        public float[] Context = [];

        public float LogLikelihood;
    }
}
