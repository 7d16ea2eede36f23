using System.Net.Http.Json;
using System.Text;

namespace ServingLoad;

/// <summary>The monitor alarms on rows that have moved, and starts again when told to.</summary>
internal static class DriftCheck
{
    /// <returns>What is wrong; null where nothing is.</returns>
    public static async Task<string?> RunAsync(HttpClient client)
    {
        DriftAnswer reset = await ResetAsync(client);
        string rows = $"[{string.Join(',', Enumerable.Repeat("[53,0,82,0,52,-5,29,300,200]", 500))}]";
        using var body = new StringContent(rows, Encoding.UTF8, "application/json");
        (await client.PostAsync("/score", body)).EnsureSuccessStatusCode();
        DriftAnswer? moved = await client.GetFromJsonAsync<DriftAnswer>("/drift");
        DriftAnswer again = await ResetAsync(client);
        bool isRight = reset is { IsAlarm: false, Rows: 0 } && moved is { IsAlarm: true, Rows: 500 }
            && again is { IsAlarm: false, Rows: 0 };
        return isRight
            ? null
            : $"The monitor says {reset} after a reset, {moved} after 500 rows that moved, {again} after another reset.";
    }

    private static async Task<DriftAnswer> ResetAsync(HttpClient client)
    {
        using HttpResponseMessage response = await client.PostAsync("/drift/reset", content: null);
        return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<DriftAnswer>()
            ?? throw new InvalidDataException("/drift/reset is empty.");
    }
}
