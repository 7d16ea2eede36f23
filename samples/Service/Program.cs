// How is a model served? POST /score takes rows as JSON, null where a value is missing, and answers with p-values and alarms.
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Microsoft.ML.Data;
using Engine = Microsoft.ML.PredictionEngine<Reading, Verdict>;

var mlContext = new MLContext(seed: 1);
IDataView data = mlContext.Data.LoadFromTextFile<Reading>(
    Path.Combine(AppContext.BaseDirectory, "shuttle.csv"), ',', hasHeader: true);
ITransformer model = mlContext.Flows.PlanarFlow().Fit(data);    // in a service of yours: mlContext.Model.Load(path, out _)

// An engine is for one request at a time: each takes one from the pool and gives it back.
var engines = new DefaultObjectPool<Engine>(new EnginePolicy(mlContext, model));

WebApplication app = WebApplication.Create(args);
app.MapPost("/score", (List<float?[]> rows) =>
{
    int wrong = rows.FindIndex(row => row?.Length != Reading.Size);
    if (wrong >= 0)
        return Results.Problem($"Row {wrong} (from 0) is not {Reading.Size} numbers or nulls.", statusCode: 400);
    Engine engine = engines.Get();
    Answer[] answers = [.. rows.Select(row => Answer.Of(engine.Predict(Reading.Of(row))))];
    engines.Return(engine);
    return Results.Ok(answers);
});
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine(
    $"Try: curl {app.Urls.First()}/score --json '[[37,0,76,0,28,18,40,48,8], [37,0,null,0,28,18,40,48,8]]'"));
app.Run();

internal sealed class Reading
{
    public const int Size = 9;

    [LoadColumn(0, Size - 1), VectorType(Size)] public float[] Features { get; set; } = [];

    public static Reading Of(float?[] values) => new() { Features = [.. values.Select(value => value ?? float.NaN)] };
}

internal sealed class Verdict
{
    public float PValue { get; set; }
    public bool PredictedLabel { get; set; }
}

// JSON has no NaN: a row without a p-value answers null, and alarms.
internal sealed record Answer(float? PValue, bool IsAlarm)
{
    public static Answer Of(Verdict verdict) =>
        new(float.IsNaN(verdict.PValue) ? null : verdict.PValue, verdict.PredictedLabel);
}

internal sealed class EnginePolicy(MLContext mlContext, ITransformer model) : PooledObjectPolicy<Engine>
{
    public override Engine Create() => mlContext.Model.CreatePredictionEngine<Reading, Verdict>(model);

    public override bool Return(Engine engine) => true;
}
