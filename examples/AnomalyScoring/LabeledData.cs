using Microsoft.ML;
using Microsoft.ML.Data;

namespace AnomalyScoring;

/// <summary>A CSV of features with <c>Label</c> last, split for anomaly scoring: half of the normal rows to train on, all else to
/// test on.</summary>
internal sealed class LabeledData
{
    private LabeledData(MLContext mlContext, string[] featureNames, LabeledRow[] train, LabeledRow[] test)
    {
        FeatureNames = featureNames;
        TestRows = test;
        TrainCount = train.Length;

        // The features' number is known only from the file, so the vector type is given here instead of by an attribute.
        var schema = SchemaDefinition.Create(typeof(LabeledRow));
        schema[nameof(LabeledRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, featureNames.Length);
        Train = mlContext.Data.LoadFromEnumerable(train, schema);
        Test = mlContext.Data.LoadFromEnumerable(test, schema);
    }

    public string[] FeatureNames { get; }

    public IDataView Train { get; }

    public IDataView Test { get; }

    public LabeledRow[] TestRows { get; }

    public int FeatureCount => FeatureNames.Length;

    public int TrainCount { get; }

    public int TestCount => TestRows.Length;

    public int AnomalyCount => TestRows.Count(row => row.Label > 0);

    public static LabeledData Load(MLContext mlContext, string path, int seed)
    {
        string[] names = File.ReadLines(path).First().Split(',')[..^1];
        TextLoader loader = mlContext.Data.CreateTextLoader(
            [
                new TextLoader.Column(nameof(LabeledRow.Features), DataKind.Single, 0, names.Length - 1),
                new TextLoader.Column(nameof(LabeledRow.Label), DataKind.Single, names.Length),
            ],
            separatorChar: ',',
            hasHeader: true);
        IDataView view = loader.Load(path);
        LabeledRow[] rows = [.. mlContext.Data.CreateEnumerable<LabeledRow>(view, reuseRowObject: false)];

        new Random(seed).Shuffle(rows);
        LabeledRow[] normal = [.. rows.Where(row => row.Label == 0)];
        LabeledRow[] train = normal[..(normal.Length / 2)];
        return new LabeledData(mlContext, names, train, [.. normal[train.Length..], .. rows.Where(row => row.Label > 0)]);
    }
}
