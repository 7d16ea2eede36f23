using System.Net;
using System.Net.Http.Json;

namespace ServingLoad;

/// <summary>Replaces the model file under load, in each way in which files are replaced.</summary>
internal sealed class ModelSwaps(HttpClient client, string served, ExpectedScores[] models)
{
    // Longer than the service waits between two looks at the file.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <summary>Puts the other model in place and waits until it is served.</summary>
    /// <param name="number">From 1: odd ones put the second model in place; and the ways take turns.</param>
    public async Task SwapAsync(int number)
    {
        ExpectedScores model = models[number % models.Length];
        switch (number % 4)
        {
            case 1:
                Rename(model.Content);
                await ReloadAsync(HttpStatusCode.OK);
                break;
            case 2:
                Rename(model.Content);
                break;
            case 3:
                Rename(model.Content[..(model.Content.Length / 2)]);
                await ReloadAsync(HttpStatusCode.Conflict);
                ModelAnswer broken = await DescribeAsync();
                if (broken.LastFailure is null || broken.Model == model.Hash)
                    throw new InvalidDataException($"Half a file was put in place, but /model says {broken}.");
                Rename(model.Content);
                await ReloadAsync(HttpStatusCode.OK);
                break;
            default:
                // As other programs write: without keeping readers out.
                using (var file = new FileStream(served, FileMode.Create, FileAccess.Write, FileShare.ReadWrite))
                {
                    file.Write(model.Content.AsSpan(0, model.Content.Length / 2));
                    file.Flush();
                    await Task.Delay(Pause);
                    file.Write(model.Content.AsSpan(model.Content.Length / 2));
                }

                break;
        }

        await SeeAsync(model.Hash);
    }

    public async Task<ModelAnswer> DescribeAsync() =>
        await client.GetFromJsonAsync<ModelAnswer>("/model") ?? throw new InvalidDataException("/model is empty.");

    private void Rename(byte[] content)
    {
        File.WriteAllBytes(served + ".new", content);
        File.Move(served + ".new", served, overwrite: true);
    }

    private async Task ReloadAsync(HttpStatusCode expected)
    {
        using HttpResponseMessage response = await client.PostAsync("/reload", content: null);
        if (response.StatusCode != expected)
            throw new InvalidDataException($"/reload: expected {expected}, got {response.StatusCode}.");
    }

    private async Task SeeAsync(string hash)
    {
        for (int i = 0; i < 60; i++)
        {
            if (await DescribeAsync() is { LastFailure: null } answer && answer.Model == hash)
                return;
            await Task.Delay(Pause / 2);
        }

        throw new TimeoutException($"The model {hash} was put in place, but is not served.");
    }
}
