using System.Diagnostics;
using Microsoft.ML;
using ServingLoad;

// Loads a running service and compares each score with what this process computes from the same model file.
const int Connections = 8;
const int Swaps = 8;
if (args is not [var url, var served, var first, var second, var count] || !int.TryParse(count, out int requests) || requests < 1)
{
    Console.Error.WriteLine(
        "Usage: ServingLoad URL SERVED-FILE FIRST-MODEL SECOND-MODEL REQUESTS; the served file starts as the first.");
    return 2;
}

var mlContext = new MLContext(seed: 1);
var pool = new RowPool(mlContext);
ExpectedScores[] models = [new(mlContext, first, pool), new(mlContext, second, pool)];
using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections });
client.BaseAddress = new Uri(url);
var load = new Load(client, pool, models, requests);
var swaps = new ModelSwaps(client, served, models);
int reloadsBefore = (await swaps.DescribeAsync()).Reloads;

var clock = Stopwatch.StartNew();
Task running = load.RunAsync(Connections);
Task swapping = Task.Run(async () =>
{
    for (int swap = 1; swap <= Swaps; swap++)
    {
        while (load.Sent < (long)requests * swap / (Swaps + 1))
            await Task.Delay(1);
        await swaps.SwapAsync(swap);
    }
});
await running;
double seconds = clock.Elapsed.TotalSeconds;
try
{
    await swapping;
    if (await DriftCheck.RunAsync(client) is { } fault)
        load.Fail(fault);
}
catch (Exception error)
{
    load.Fail(error.GetBaseException().Message);
}

int reloads = (await swaps.DescribeAsync()).Reloads - reloadsBefore;
if (reloads != Swaps)
    load.Fail($"The model was replaced {Swaps} times, but reloaded {reloads} times.");
if (load.Answers.Count != models.Length)
    load.Fail($"There are {models.Length} models, but {load.Answers.Count} answered.");
foreach (string fault in load.Faults.Take(10))
    Console.Error.WriteLine(fault);
Console.WriteLine(
    $"RESULT requests={requests} rows={load.Rows} refused={load.Refused} wrong={load.Wrong} failed={load.Failed} "
    + $"requests/s={requests / seconds:F0} median_ms={load.Quantile(0.5):F2} p99_ms={load.Quantile(0.99):F2} "
    + $"reloads={reloads}");
return load.Wrong + load.Failed == 0 ? 0 : 1;
