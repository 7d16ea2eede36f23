using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;
using MLNet.Flows.Schema;

namespace MLNet.Flows.Transformers;

/// <summary>A flow bound to an input schema: where the features and categories are, and the output schema with the
/// input's columns
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
        if (model.Columns.Features is string features)
            Features = FeatureColumn.Bind(inputSchema, features, model.Density.FeatureCount);
        Categories = Array.ConvertAll(model.Categories ?? [], source => CategoricalColumn.Bind(inputSchema, source));
        if (model.Columns.Context is string context)
            Context = FeatureColumn.Bind(inputSchema, context, model.Density.ContextColumns, "context");
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumn(model.Columns.LogLikelihood, NumberDataViewType.Single, annotations: null);
        builder.AddColumn(model.Columns.Score, NumberDataViewType.Single, ScoreAnnotations.Create(inputSchema, "Score"));
        builder.AddColumn(model.Columns.PValue, NumberDataViewType.Single, annotations: null);
        builder.AddColumn(
            model.Columns.PredictedLabel, BooleanDataViewType.Instance, ScoreAnnotations.Create(inputSchema, "PredictedLabel"));
        if (model.Columns.Latent is string latent)
        {
            _outputs.Add(FlowOutput.Latent);
            builder.AddColumn(latent, Vector(model.Density.FeatureCount), annotations: null);
        }

        if (model.Columns.FeatureContributions is string contributions)
        {
            _outputs.Add(FlowOutput.FeatureContributions);
            builder.AddColumn(
                contributions,
                Vector(model.Density.FeatureCount + model.Density.CategoryColumns),
                Categories.Length > 0 ? SlotNames(model) : FeatureColumn.SlotNamesOf(Features!.Value));
        }

        OutputSchema = builder.ToSchema();
    }

    public FlowModel Model { get; }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>The features; null where all columns are categorical.</summary>
    public DataViewSchema.Column? Features { get; }

    /// <summary>The categorical columns; none for none.</summary>
    public BoundCategory[] Categories { get; } = [];

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
            if (Output(column) is null)
                needed.Add(column.Index);
            else
                needed.UnionWith(Inputs().Select(input => input.Index));
        }

        return [.. needed.Select(index => InputSchema[index])];
    }

    /// <summary>The columns that the flow reads.</summary>
    public IEnumerable<DataViewSchema.Column> Inputs() =>
        new[] { Features, Context }.OfType<DataViewSchema.Column>().Concat(Categories.Select(bound => bound.Column));

    private static VectorDataViewType Vector(int size) => new(NumberDataViewType.Single, size);

    // The features' names, and behind them those of the categorical columns.
    private DataViewSchema.Annotations SlotNames(FlowModel model)
    {
        string[]? own = Features is DataViewSchema.Column features ? FeatureColumn.SlotNames(features) : [];
        ReadOnlyMemory<char>[] names =
        [
            .. Enumerable.Range(0, model.Density.FeatureCount).Select(
                i => (own?[i] is { Length: > 0 } name ? name : $"{model.Columns.Features}[{i}]").AsMemory()),
            .. model.Dictionaries.Select(dictionary => dictionary.Name.AsMemory()),
        ];
        var builder = new DataViewSchema.Annotations.Builder();
        NameAnnotations.AddSlotNames(builder, names);
        return builder.ToAnnotations();
    }
}
