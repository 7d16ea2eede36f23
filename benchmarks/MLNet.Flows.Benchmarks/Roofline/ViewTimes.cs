using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Benchmarks.Roofline;

/// <summary>What the flow's columns add to reading a view: eight scalar columns and the features, all of which the consumer
/// reads, with and without Score.</summary>
internal static class ViewTimes
{
    private const int ScalarColumns = 8;
    private const int FeatureCount = 16;

    public static void Measure(Workload workload)
    {
        var context = new MLContext(1);
        IDataView list = context.Data.LoadFromEnumerable(Rows(workload));
        string file = Path.Combine(Path.GetTempPath(), $"views-{Environment.ProcessId}.csv");
        using (FileStream stream = File.Create(file))
            context.Data.SaveAsText(list, stream, separatorChar: ',', headerRow: true, schema: false);
        IDataView text = context.Data.LoadFromTextFile<Row>(file, ',', hasHeader: true);
        IDataView cache = context.Data.Cache(list);
        foreach ((string name, IDataView view) in
            (IEnumerable<(string, IDataView)>)[("list", list), ("text", text), ("cache", cache)])
        {
            IDataView scored = workload.Transformer.Transform(view);
            double[] seconds = Timing.Interleaved(1.5, () => ReadAll(view, scored: false), () => ReadAll(scored, scored: true));
            Console.WriteLine(
                $"ROOFLINE W1 transform_with_9_columns_of_{name} rows_per_s={workload.Rows / seconds[1]:0.00e0} "
                + $"reading_ns={seconds[0] / workload.Rows * 1e9:F0} "
                + $"added_ns={(seconds[1] - seconds[0]) / workload.Rows * 1e9:F0} "
                + $"times_reading_alone={seconds[1] / seconds[0]:F2}");
        }

        File.Delete(file);
    }

    // What a consumer does that writes the rows on: every column of every row.
    private static double ReadAll(IDataView view, bool scored)
    {
        using DataViewRowCursor cursor = view.GetRowCursor(
            view.Schema.Where(column => column.Index <= ScalarColumns || column.Name == "Score"));
        ValueGetter<bool> label = cursor.GetGetter<bool>(view.Schema["Label"]);
        ValueGetter<ReadOnlyMemory<char>> category = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Category"]);
        ValueGetter<float>[] numbers = [.. view.Schema.Where(
            c => c.Type is NumberDataViewType
                && (scored ? c.Index <= ScalarColumns || c.Name == "Score" : true)).Select(cursor.GetGetter<float>)];
        ValueGetter<VBuffer<float>> features = cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]);
        bool flag = false;
        ReadOnlyMemory<char> text = default;
        VBuffer<float> vector = default;
        float number = 0;
        double sum = 0;
        while (cursor.MoveNext())
        {
            label(ref flag);
            category(ref text);
            features(ref vector);
            foreach (ValueGetter<float> read in numbers)
            {
                read(ref number);
                sum += number;
            }

            sum += text.Length + vector.Length + (flag ? 1 : 0);
        }

        return sum;
    }

    private static Row[] Rows(Workload workload) => [.. Enumerable.Range(0, workload.Rows).Select(i => new Row
    {
        Label = i % 20 == 0,
        Category = $"category {i % 7}",
        Amount = i,
        Age = i % 90,
        Balance = 0.5f * i,
        Duration = i % 1000,
        Latitude = i % 180,
        Longitude = i % 360,
        Features = workload.Data[(i * FeatureCount)..((i + 1) * FeatureCount)],
    })];

    private sealed class Row
    {
        [LoadColumn(0)]
        public bool Label { get; set; }

        [LoadColumn(1)]
        public string Category { get; set; } = "";

        [LoadColumn(2)]
        public float Amount { get; set; }

        [LoadColumn(3)]
        public float Age { get; set; }

        [LoadColumn(4)]
        public float Balance { get; set; }

        [LoadColumn(5)]
        public float Duration { get; set; }

        [LoadColumn(6)]
        public float Latitude { get; set; }

        [LoadColumn(7)]
        public float Longitude { get; set; }

        [LoadColumn(8, 23)]
        [VectorType(FeatureCount)]
        public float[] Features { get; set; } = [];
    }
}
