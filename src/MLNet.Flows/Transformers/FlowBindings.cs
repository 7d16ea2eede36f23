using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;
using MLNet.Flows.Schema;

namespace MLNet.Flows.Transformers;

/// <summary>A flow bound to an input schema: where the features are, and the output schema with the input's columns
/// first.</summary>
internal sealed class FlowBindings
{
    private readonly List<FlowOutput> _outputs =
        [FlowOutput.LogLikelihood, FlowOutput.Score, FlowOutput.PValue, FlowOutput.PredictedLabel];

    public FlowBindings(FlowModel model, DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        Model = model;
        InputSchema = inputSchema;
        Features = FeatureColumn.Bind(inputSchema, model.Columns.Features, model.Density.FeatureCount);
        if (model.Columns.Context is string context)
            Context = FeatureColumn.Bind(inputSchema, context, model.Density.ContextColumns, "context");
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumn(model.Columns.LogLikelihood, NumberDataViewType.Single, annotations: null);
        builder.AddColumn(model.Columns.Score, NumberDataViewType.Single, ScoreAnnotations.Create(inputSchema, "Score"));
        builder.AddColumn(model.Columns.PValue, NumberDataViewType.Single, annotations: null);
        builder.AddColumn(
            model.Columns.PredictedLabel, BooleanDataViewType.Instance, ScoreAnnotations.Create(inputSchema, "PredictedLabel"));
        var vector = new VectorDataViewType(NumberDataViewType.Single, model.Density.FeatureCount);
        if (model.Columns.Latent is string latent)
        {
            _outputs.Add(FlowOutput.Latent);
            builder.AddColumn(latent, vector, annotations: null);
        }

        if (model.Columns.FeatureContributions is string contributions)
        {
            _outputs.Add(FlowOutput.FeatureContributions);
            builder.AddColumn(contributions, vector, FeatureColumn.SlotNamesOf(Features));
        }

        OutputSchema = builder.ToSchema();
    }

    public FlowModel Model { get; }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public DataViewSchema.Column Features { get; }

    /// <summary>What rows are given; null where they are given nothing.</summary>
    public DataViewSchema.Column? Context { get; }

    /// <summary>Which of the flow's outputs the column is, or null for a column of the input.</summary>
    public FlowOutput? Output(DataViewSchema.Column column) =>
        column.Index >= InputSchema.Count ? _outputs[column.Index - InputSchema.Count] : null;

    /// <summary>The input columns that the wanted output columns need.</summary>
    public DataViewSchema.Column[] Dependencies(IEnumerable<DataViewSchema.Column> wanted)
    {
        var needed = new SortedSet<int>();
        foreach (DataViewSchema.Column column in wanted)
        {
            needed.Add(Output(column) is null ? column.Index : Features.Index);
            if (Output(column) is not null && Context is DataViewSchema.Column context)
                needed.Add(context.Index);
        }

        return [.. needed.Select(index => InputSchema[index])];
    }
}
