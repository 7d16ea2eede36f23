using System.Text.Json;
using System.Text.RegularExpressions;

namespace MLNet.Flows.Tool.Tests.Reports;

public sealed partial class ReportTests(ShuttleModel model) : IClassFixture<ShuttleModel>, IDisposable
{
    private static readonly string[] Pictures =
    [
        "Log-likelihoods", "P-values", "Alarms over the rows", "ROC curve", "Precision and recall",
        "Shares of rows at most as likely", "Training curve",
    ];

    private readonly Workspace _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Report_WithLabels_SaysWhatTheOtherCommandsSay()
    {
        string page = WritePage(model.Path, Workspace.Shuttle, "--label", "Label", "--train", Workspace.Shuttle);
        JsonElement evaluated = Workspace.Run(
            "evaluate", model.Path, Workspace.Shuttle, "--label", "Label", "--json").Succeeded().Json;
        string explained = Workspace.Run("explain", model.Path, Workspace.Shuttle, "--top", "1").Succeeded().Output;

        string area = evaluated.GetProperty("areaUnderRocCurve").GetDouble().ToString("F4");
        Assert.Contains($"<tr><th>Area under the ROC curve</th><td>{area}</td></tr>", page, StringComparison.Ordinal);
        Assert.Contains("<tr><th>Rows</th><td>49,097</td></tr>", page, StringComparison.Ordinal);
        Assert.Contains(explained.Split('\n')[0].Split(',')[0].Replace("row ", "Row "), page, StringComparison.Ordinal);
        Assert.Contains("<h3>No drift</h3>", page, StringComparison.Ordinal);
        Assert.Equal(Pictures, Titles().Matches(page).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void Report_WithoutLabels_HasThePicturesThatNeedNone()
    {
        string few = _folder.Write("few.csv", File.ReadLines(Workspace.Shuttle).Take(11));
        string page = WritePage(model.Path, few);

        Assert.Equal(
            Pictures.Except(["ROC curve", "Precision and recall", "Shares of rows at most as likely"]),
            Titles().Matches(page).Select(match => match.Groups[1].Value));
        Assert.Contains("to tell drift from chance takes 20 or more", page, StringComparison.Ordinal);
        Assert.Contains("give their column by --label", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_NamesAndValuesThatLookLikeHtml_AreText()
    {
        string data = _folder.Write(
            "odd.csv",
            Enumerable.Range(0, 200).Select(i => $"{i % 13},{(i % 3 == 0 ? "<b>bold</b>" : "a & b")}").Prepend("<i>x</i>,kind"));
        Workspace.Run(
            "train", data, "--flow", "planar", "--contamination", "0", "--steps", "10", "--out", _folder["m.zip"]).Succeeded();
        string page = WritePage(_folder["m.zip"], data);

        Assert.DoesNotContain("<b>bold", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>x", page, StringComparison.Ordinal);
        Assert.Contains("&lt;i&gt;x&lt;/i&gt;", page, StringComparison.Ordinal);
        Assert.Contains("kind=", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_LongCategory_IsCutBesideItsBarAlone()
    {
        string name = new('w', 70);
        string data = _folder.Write(
            "long.csv", Enumerable.Range(0, 200).Select(i => $"{i % 13},{name}{i % 3}").Prepend("x,kind"));
        Workspace.Run(
            "train", data, "--flow", "planar", "--contamination", "0", "--steps", "10", "--out", _folder["m.zip"]).Succeeded();
        string page = WritePage(_folder["m.zip"], data, "--top", "1");

        Assert.Contains($"<th>kind={name[..55]}…</th>", page, StringComparison.Ordinal);
        Assert.Contains($"likely: {name[..60]}…<", page, StringComparison.Ordinal);
        Assert.Matches($"<th>kind</th><td>{name}[012]</td>", page);
    }

    [Fact]
    public void Report_Page_LoadsNothingAndForbidsIt()
    {
        string page = WritePage(model.Path, Workspace.Shuttle, "--label", "Label");

        Assert.Contains(
            "<meta http-equiv=\"Content-Security-Policy\" "
            + "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">",
            page,
            StringComparison.Ordinal);
        Assert.DoesNotMatch("https?://|<script|<img|@import|url\\(| src=", page);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(1400)]
    public void Report_InABrowser_ShowsEveryPictureAndOverflowsNowhere(int width)
    {
        WritePage(model.Path, Workspace.Shuttle, "--label", "Label", "--train", Workspace.Shuttle);
        JsonElement seen = Browser.Look(_folder["report.html"], width, _folder);

        Assert.Equal(width, seen.GetProperty("width").GetInt32());
        Assert.Equal(width, seen.GetProperty("scrollWidth").GetInt32());
        Assert.Empty(seen.GetProperty("overflowing").EnumerateArray());
        Assert.Empty(seen.GetProperty("requests").EnumerateArray());
        JsonElement[] pictures = [.. seen.GetProperty("pictures").EnumerateArray()];
        Assert.Equal(Pictures, pictures.Select(picture => picture.GetProperty("title").GetString()));
        Assert.All(pictures, picture =>
        {
            Assert.InRange(picture.GetProperty("width").GetDouble(), 300, width);
            Assert.InRange(picture.GetProperty("height").GetDouble(), 180, 400);
            Assert.Empty(picture.GetProperty("outside").EnumerateArray());
        });
    }

    [Fact]
    public void Report_LongNamesOnANarrowScreen_OverflowNowhere()
    {
        string name = string.Concat(Enumerable.Repeat("Wastewater_", 12));
        string data = _folder.Write(
            "long.csv",
            Enumerable.Range(0, 200).Select(i => $"{i % 13},{name}{i % 3},{1e8 * (i % 17)}").Prepend($"{name}a,{name}b,c"));
        Workspace.Run(
            "train", data, "--flow", "planar", "--contamination", "0", "--steps", "10", "--out", _folder["m.zip"]).Succeeded();
        WritePage(_folder["m.zip"], data);
        JsonElement seen = Browser.Look(_folder["report.html"], 400, _folder);

        Assert.Equal(400, seen.GetProperty("scrollWidth").GetInt32());
        Assert.Empty(seen.GetProperty("overflowing").EnumerateArray());
        Assert.All(
            seen.GetProperty("pictures").EnumerateArray(),
            picture => Assert.Empty(picture.GetProperty("outside").EnumerateArray()));
    }

    [Fact]
    public void Report_NoRowsOrExistingPage_IsRefused()
    {
        string none = _folder.Write("none.csv", "V1,V2,V3,V4,V5,V6,V7,V8,V9");
        _folder.Write("mine.html", "mine");

        Assert.Equal(
            $"'{none}' has no rows, only names. Give a file with rows.",
            Workspace.Run("report", model.Path, none, "--out", _folder["r.html"]).Failed().Error);
        Assert.Equal(
            $"'{_folder["mine.html"]}' exists already. Pass --force to replace it.",
            Workspace.Run("report", model.Path, Workspace.Shuttle, "--out", _folder["mine.html"]).Failed().Error);
        Assert.Equal(["mine.html", "none.csv"], _folder.Names);
    }

    private string WritePage(string path, string data, params string[] options)
    {
        Workspace.Run(["report", path, data, .. options, "--out", _folder["report.html"]]).Succeeded();
        return File.ReadAllText(_folder["report.html"]);
    }

    [GeneratedRegex("<svg [^>]*><title>([^<]*)</title>")]
    private static partial Regex Titles();
}
