using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows;

namespace Serving;

/// <summary>One file's model and all that belongs to it: a request that begins with it ends with it. Thread-safe.</summary>
internal sealed class ServedModel
{
    // Setting up a view takes as long as an engine's predictions of so many rows; after that a view's rows take a sixth.
    private const int RowsWorthAView = 100;
    private readonly MLContext _mlContext = new();
    private readonly ITransformer _model;
    private readonly SchemaDefinition _schema = SchemaDefinition.Create(typeof(FeatureRow));

    // An engine is for one thread at a time and costs a millisecond to create: as many as there are requests at once.
    private readonly ConcurrentBag<PredictionEngine<FeatureRow, RowScore>> _engines = [];
    private readonly byte[] _content;
    private volatile DriftMonitor _monitor;

    /// <exception cref="Exception">The file is no model, damaged, or reads other columns than one vector of numbers.</exception>
    public ServedModel(string path)
    {
        FileTime = File.GetLastWriteTimeUtc(path);
        _content = File.ReadAllBytes(path);
        Hash = HashOf(new MemoryStream(_content));
        _model = _mlContext.Model.Load(new MemoryStream(_content), out DataViewSchema inputs);
        DataViewSchema.Column features = inputs.FirstOrDefault(
            column => column.Type is VectorDataViewType { IsKnownSize: true, ItemType: NumberDataViewType { RawType: var type } }
                && type == typeof(float));
        if (features.Type is not VectorDataViewType vector)
        {
            throw new NotSupportedException(
                $"The model reads {string.Join(", ", inputs.Select(column => $"'{column.Name}': {column.Type}"))}, but this "
                + "service serves models of one vector column of numbers. Save one, or give FeatureRow your columns.");
        }

        FeatureCount = vector.Size;
        _schema[nameof(FeatureRow.Features)].ColumnName = features.Name;
        _schema[nameof(FeatureRow.Features)].ColumnType = vector;
        Flow = _model.FindFlow();
        _monitor = ModelFile.ReadMonitor(_content);

        // What does not fit shows here, before the first request.
        FeatureRow[] missing = [new FeatureRow { Features = [.. Enumerable.Repeat(float.NaN, FeatureCount)] }];
        if (!OneByOne(missing)[0].PredictedLabel || !InBlocks(missing)[0].PredictedLabel)
            throw new NotSupportedException("A row without values raises no alarm with this model.");
    }

    /// <summary>Names the model: the start of its file's SHA-256.</summary>
    public string Hash { get; }

    public int FeatureCount { get; }

    public FlowTransformer Flow { get; }

    public DateTime FileTime { get; }

    public DateTime LoadedAt { get; } = DateTime.UtcNow;

    public DriftMonitor Monitor => _monitor;

    public static string HashOf(Stream content) => Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8));

    /// <summary>Scores rows and shows their p-values to the drift monitor.</summary>
    public RowScore[] Score(FeatureRow[] rows)
    {
        RowScore[] scores = rows.Length < RowsWorthAView ? OneByOne(rows) : InBlocks(rows);
        _monitor.Watch(scores.Select(score => score.PValue));
        return scores;
    }

    /// <summary>Selects alarms among scored rows.</summary>
    public (AlarmSelection Selection, SelectedRow[] Rows) Select(RowScore[] scores, double falseDiscoveryRate)
    {
        AlarmSelection selection =
            _mlContext.Flows.SelectAlarms(_mlContext.Data.LoadFromEnumerable(scores), falseDiscoveryRate);
        return (selection, [.. _mlContext.Data.CreateEnumerable<SelectedRow>(selection.Rows, reuseRowObject: false)]);
    }

    /// <summary>Watches for drift from now on, as if the model were just loaded.</summary>
    public void ResetMonitor() => _monitor = ModelFile.ReadMonitor(_content);

    private RowScore[] OneByOne(FeatureRow[] rows)
    {
        if (!_engines.TryTake(out PredictionEngine<FeatureRow, RowScore>? engine))
        {
            engine = _mlContext.Model.CreatePredictionEngine<FeatureRow, RowScore>(
                _model, ignoreMissingColumns: false, inputSchemaDefinition: _schema);
        }

        RowScore[] scores = [.. rows.Select(engine.Predict)];
        _engines.Add(engine);
        return scores;
    }

    private RowScore[] InBlocks(FeatureRow[] rows)
    {
        IDataView scored = _model.Transform(_mlContext.Data.LoadFromEnumerable(rows, _schema));
        return [.. _mlContext.Data.CreateEnumerable<RowScore>(scored, reuseRowObject: false)];
    }
}
