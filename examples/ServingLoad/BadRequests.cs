using System.Net;
using System.Net.Http.Json;
using System.Text;

namespace ServingLoad;

/// <summary>Requests that are refused, and the status of each refusal.</summary>
internal static class BadRequests
{
    private const string Row = "[1,2,3,4,5,6,7,8,9]";
    private static readonly (string Path, string Body, HttpStatusCode Status)[] All =
    [
        ("/score", "", HttpStatusCode.BadRequest),
        ("/score", "[]", HttpStatusCode.BadRequest),
        ("/score", "{\"rows\":[]}", HttpStatusCode.BadRequest),
        ("/score", "[[1,2,3]]", HttpStatusCode.BadRequest),
        ("/score", "[[1,2,3,4,5,6,7,8,9,10]]", HttpStatusCode.BadRequest),
        ("/score", "[[1,2,3,\"4\",5,6,7,8,9]]", HttpStatusCode.BadRequest),
        ("/score", "[[1,2,3,NaN,5,6,7,8,9]]", HttpStatusCode.BadRequest),
        ("/score", "[[1,2,3,1e39,5,6,7,8,9]]", HttpStatusCode.BadRequest),
        ("/score", "[[1,2,3,[4],5,6,7,8,9]]", HttpStatusCode.BadRequest),
        ("/score", "[[1,2,3,4,5,6,7,8,9", HttpStatusCode.BadRequest),
        ("/score", $"[{Row}] and more", HttpStatusCode.BadRequest),
        ("/alarms?falseDiscoveryRate=2", $"[{Row}]", HttpStatusCode.BadRequest),
        ("/alarms?falseDiscoveryRate=ten", $"[{Row}]", HttpStatusCode.BadRequest),
        ("/score", $"[{string.Join(',', Enumerable.Repeat(Row, 10_001))}]", HttpStatusCode.RequestEntityTooLarge),
        ("/score", new string('1', 5 << 20), HttpStatusCode.RequestEntityTooLarge),
    ];

    /// <summary>Sends one of them.</summary>
    /// <returns>What is wrong with the answer; null where it is the right refusal, with a line that says why.</returns>
    public static async Task<string?> SendAsync(HttpClient client, int which)
    {
        (string path, string body, HttpStatusCode status) = All[which % All.Length];
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };

        // Lets the service refuse a large body before it is sent, as curl does.
        request.Headers.ExpectContinue = body.Length > 1 << 20;
        using HttpResponseMessage response = await client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        bool isProblem = response.Content.Headers.ContentType?.MediaType == "application/problem+json";
        Problem? problem = isProblem ? await response.Content.ReadFromJsonAsync<Problem>() : null;
        return response.StatusCode == status && problem is { Detail.Length: > 0 } && !problem.Detail.Contains('\n')
            ? null
            : $"{path} with {body[..Math.Min(body.Length, 40)]}: expected {(int)status}, got {(int)response.StatusCode} {text}";
    }
}
