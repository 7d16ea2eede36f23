using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;

namespace ServingLoad;

/// <summary>Requests over several connections at once, and a count of what was wrong with their answers.</summary>
internal sealed class Load(HttpClient client, RowPool pool, ExpectedScores[] models, int requests)
{
    private const int AlarmsEvery = 50;
    private const int BadEvery = 25;
    private const double FalseDiscoveryRate = 0.2;
    private static readonly int[] RowCounts = [1, 1, 1, 2, 5, 20, 99, 100, 300];
    private readonly double[] _milliseconds = new double[requests];
    private readonly ConcurrentDictionary<string, int> _answers = [];
    private readonly ConcurrentQueue<string> _faults = [];
    private int _sent;
    private int _wrong;
    private int _failed;
    private int _refused;
    private long _rows;

    public int Sent => Math.Min(Volatile.Read(ref _sent), requests);

    public int Wrong => _wrong;

    public int Failed => _failed;

    public int Refused => _refused;

    public long Rows => _rows;

    public IEnumerable<string> Faults => _faults;

    /// <summary>Answers by the model that they name.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    public Task RunAsync(int connections) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => SendAsync(new Random(i)))));

    /// <summary>The latency that a share of the requests stays below.</summary>
    public double Quantile(double share)
    {
        Array.Sort(_milliseconds);
        return _milliseconds[(int)(share * (requests - 1))];
    }

    public void Fail(string fault)
    {
        Interlocked.Increment(ref _failed);
        _faults.Enqueue(fault);
    }

    private async Task SendAsync(Random random)
    {
        for (int number; (number = Interlocked.Increment(ref _sent) - 1) < requests;)
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                if (number % BadEvery == 0)
                    await RefusedAsync(number / BadEvery);
                else
                    await ScoredAsync(random, number % AlarmsEvery == 1);
            }
            catch (Exception error)
            {
                Fail(error.GetBaseException().Message);
            }

            _milliseconds[number] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
    }

    private async Task RefusedAsync(int which)
    {
        if (await BadRequests.SendAsync(client, which) is { } fault)
            Fail(fault);
        else
            Interlocked.Increment(ref _refused);
    }

    private async Task ScoredAsync(Random random, bool select)
    {
        int count = RowCounts[random.Next(RowCounts.Length)], first = random.Next(pool.Rows.Length - count);
        using var body = new StringContent(pool.Json(first, count), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(
            select ? FormattableString.Invariant($"/alarms?falseDiscoveryRate={FalseDiscoveryRate}") : "/score", body);
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<ScoreAnswer>();
        ExpectedScores? expected = models.FirstOrDefault(model => model.Hash == answer?.Model);
        bool isRight = answer is not null && expected is not null && answer.Rows.Length == count && (select
            ? expected.MatchesSelection(answer, first, FalseDiscoveryRate)
            : expected.Matches(answer, first));
        if (!isRight)
        {
            Interlocked.Increment(ref _wrong);
            _faults.Enqueue($"Rows {first} to {first + count} have wrong scores, of model {answer?.Model}.");
        }

        Interlocked.Add(ref _rows, count);
        _answers.AddOrUpdate(answer?.Model ?? "", 1, (_, before) => before + 1);
    }
}
