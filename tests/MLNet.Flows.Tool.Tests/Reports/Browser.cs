using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MLNet.Flows.Tool.Tests.Reports;

/// <summary>Headless Chromium, where the machine has it.</summary>
internal static partial class Browser
{
    // The page forbids scripts: this one is put in a copy, from which that line is taken out.
    private const string Probe = """
        <script>
        addEventListener('load', () => {
          const inside = (box, of) =>
            box.left >= of.left - 1 && box.right <= of.right + 1 && box.top >= of.top - 1 && box.bottom <= of.bottom + 1;
          const pictures = [...document.querySelectorAll('svg')].map(svg => {
            const box = svg.getBoundingClientRect();
            return {
              title: svg.querySelector('title').textContent,
              width: box.width,
              height: box.height,
              outside: [...svg.querySelectorAll('text, rect, polyline, line')]
                .filter(mark => !inside(mark.getBoundingClientRect(), box)).map(mark => mark.outerHTML),
            };
          });
          document.body.dataset.probe = JSON.stringify({
            width: innerWidth,
            scrollWidth: document.documentElement.scrollWidth,
            overflowing: [...document.querySelectorAll('main *')]
              .filter(element => element.getBoundingClientRect().right > innerWidth + 1).map(element => element.outerHTML),
            requests: performance.getEntriesByType('resource').map(entry => entry.name),
            pictures,
          });
        });
        </script>
        """;

    private static readonly string[] Programs = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

    /// <summary>What a browser makes of a page.</summary>
    /// <param name="page">Its file.</param>
    /// <param name="width">Of the window, in pixels.</param>
    /// <param name="folder">For the copy.</param>
    public static JsonElement Look(string page, int width, Workspace folder)
    {
        string? program = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .SelectMany(path => Programs.Select(name => Path.Combine(path, name))).FirstOrDefault(File.Exists);
        if (program is null)
            Assert.Skip("There is no Chromium on this machine.");
        string html = ContentSecurity().Replace(File.ReadAllText(page), "");
        File.WriteAllText(folder["probe.html"], html.Replace("</body>", Probe + "</body>"));
        var start = new ProcessStartInfo(
            program,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", $"--user-data-dir={folder["profile"]}",
                $"--window-size={width},1000", "--dump-dom", $"file://{folder["probe.html"]}",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string dom = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Match probe = Found().Match(dom);
        Assert.True(probe.Success, $"{program} ended with exit code {process.ExitCode} and no measurements.");
        return JsonDocument.Parse(System.Net.WebUtility.HtmlDecode(probe.Groups[1].Value)).RootElement;
    }

    [GeneratedRegex("<meta http-equiv=\"Content-Security-Policy\"[^>]*>")]
    private static partial Regex ContentSecurity();

    [GeneratedRegex("data-probe=\"([^\"]*)\"")]
    private static partial Regex Found();
}
