using System.Globalization;
using System.Text.Json;

namespace MLNet.Flows.Tool.Tests.Commands;

/// <summary>What becomes of the columns of a table: numbers, categories, context, gaps.</summary>
public sealed class ColumnsTests : IDisposable
{
    private static readonly string[] Train =
        ["--flow", "planar", "--contamination", "0", "--steps", "50", "--ignore", "id", "--out"];

    private readonly Workspace _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_TextAndFlags_AreCategories()
    {
        JsonElement trained = Workspace.Run(
            ["train", Payments.WriteTo(_folder), .. Train, _folder["m.zip"], "--json"]).Succeeded().Json;

        Assert.Equal(["amount", "hour"], Strings(trained, "numbers"));
        Assert.Equal(["shop", "online"], Strings(trained, "categories"));
        string odd = _folder.Write(
            "odd.csv", "online,shop,extra,hour,amount", "true,books,a,12,10", "false,books,b,12,10", "true,circus,c,12,10");
        Workspace.Run("score", _folder["m.zip"], odd, "--out", _folder["scored.csv"]).Succeeded();
        IReadOnlyList<string[]> rows = _folder.Read("scored.csv");
        Assert.Equal(["false", "true", "true"], rows.Skip(1).Select(row => row[8]));
    }

    [Fact]
    public void Train_ARowsNumberAsFeature_IsWarnedAbout()
    {
        string Rows(string name, Func<int, int> number) => _folder.Write(
            name, Enumerable.Range(0, 300).Select(i => FormattableString.Invariant($"{number(i)},{Math.Sin(i):F3},{i % 24}"))
                .Prepend("n,x,hour"));
        ToolRun Trained(string data, string model) => Workspace.Run(
            ["train", data, "--flow", "planar", "--contamination", "0", "--steps", "20", "--out", _folder[model]]).Succeeded();

        // In any order, but neither with one number twice nor with one left out.
        Assert.Contains(
            "warning: Column 'n' holds each number from 7 to 306 once, as a row's number does.",
            Trained(Rows("numbers.csv", i => 7 + i * 7 % 300), "1.zip").Errors);
        Assert.DoesNotContain("row's number", Trained(Rows("twice.csv", i => i == 5 ? 6 : i), "2.zip").Errors);
        Assert.DoesNotContain("row's number", Trained(Rows("gap.csv", i => i < 5 ? i : i + 1), "3.zip").Errors);
    }

    [Fact]
    public void Score_WithAFalseAlarmRate_AlarmsBelowIt()
    {
        string data = Payments.WriteTo(_folder);
        Workspace.Run(["train", data, .. Train, _folder["m.zip"]]).Succeeded();
        Workspace.Run("score", _folder["m.zip"], data, "--false-alarm-rate", "0.2", "--out", _folder["s.csv"]).Succeeded();

        IReadOnlyList<string[]> rows = _folder.Read("s.csv");
        int pValue = Array.IndexOf(rows[0], "PValue"), alarm = Array.IndexOf(rows[0], "PredictedLabel");
        string[][] ranked = [.. rows.Skip(1).Where(row => row[pValue].Length > 0)];
        Assert.All(ranked, row => Assert.Equal(
            float.Parse(row[pValue], CultureInfo.InvariantCulture) < 0.2f ? "true" : "false", row[alarm]));
        Assert.InRange(ranked.Count(row => row[alarm] == "true"), ranked.Length / 10, ranked.Length / 3);
    }

    [Fact]
    public void Train_CodesGivenToCategory_AreCategories()
    {
        JsonElement trained = Workspace.Run(
            ["train", Payments.WriteTo(_folder), "--category", "hour", .. Train, _folder["m.zip"], "--json"]).Succeeded().Json;

        Assert.Equal(["amount"], Strings(trained, "numbers"));
        Assert.Equal(["shop", "hour", "online"], Strings(trained, "categories"));
    }

    [Fact]
    public void Train_WithContext_JudgesRowsGivenIt()
    {
        string data = Payments.WriteTo(_folder, count: 2_000);
        ToolRun trained = Workspace.Run(
            [
                "train", data, "--context", "shop", "--context", "hour", "--ignore", "online", .. Train, _folder["m.zip"],
                "--json",
            ]);

        Assert.Equal(["amount"], Strings(trained.Succeeded().Json, "numbers"));
        Assert.Equal(["hour", "shop"], Strings(trained.Json, "context").Order(StringComparer.Ordinal));
        string odd = _folder.Write("odd.csv", "amount,shop,hour", "10,books,12", "30,books,12", "30,fuel,12");
        Workspace.Run("score", _folder["m.zip"], odd, "--out", _folder["scored.csv"]).Succeeded();
        Assert.Equal(["false", "true", "false"], _folder.Read("scored.csv").Skip(1).Select(row => row[6]));
    }

    [Fact]
    public void Train_NamesOfTheModelsOwn_AndOddOnes_AreColumnsLikeOthers()
    {
        string[] names = ["Features", "\"it's \"\"x\"", "{b}", "größe [m]", "Context"];
        string odd = _folder.Write(
            "odd.csv",
            Payments.Rows(300).Select((row, i) => $"{i % 13},{i % 17},{(i % 2 == 0 ? 'a' : 'b')},{row.Split(',')[1]},{i % 3}")
                .Prepend(string.Join(',', names)));

        JsonElement trained = Workspace.Run(
            "train", odd, "--flow", "planar", "--contamination", "0", "--steps", "10", "--context", "Context", "--out",
            _folder["m.zip"], "--json").Succeeded().Json;
        Workspace.Run("score", _folder["m.zip"], odd, "--out", _folder["scored.csv"]).Succeeded();

        Assert.Equal(["Features", "it's \"x", "größe [m]"], Strings(trained, "numbers"));
        Assert.Equal(["{b}"], Strings(trained, "categories"));
        Assert.Equal(["Context"], Strings(trained, "context"));
        Assert.Equal(
            string.Join(',', names) + ",LogLikelihood,Score,PValue,PredictedLabel",
            File.ReadLines(_folder["scored.csv"]).First());
    }

    [Fact]
    public void Sample_WithContext_DrawsARowForEachGiven()
    {
        string data = Payments.WriteTo(_folder, count: 2_000);
        Workspace.Run(["train", data, "--context", "shop", "--ignore", "online", "--ignore", "hour", .. Train, _folder["m.zip"]])
            .Succeeded();
        string given = _folder.Write("given.csv", Enumerable.Repeat("fuel", 300).Prepend("shop"));

        Workspace.Run("sample", _folder["m.zip"], "--given", given, "--out", _folder["drawn.csv"]).Succeeded();
        string without = Workspace.Run("sample", _folder["m.zip"], "--out", _folder["no.csv"]).Failed().Error;

        IReadOnlyList<string[]> rows = _folder.Read("drawn.csv");
        Assert.Equal(["shop", "amount", "LogLikelihood"], rows[0]);
        Assert.Equal(300, rows.Count(row => row[0] == "fuel"));
        Assert.InRange(rows.Skip(1).Average(row => double.Parse(row[1], CultureInfo.InvariantCulture)), 29, 31);
        Assert.Contains("--given", without, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["no.csv"]));
    }

    [Fact]
    public void Sample_WithCategories_DrawsThemToo()
    {
        Workspace.Run(["train", Payments.WriteTo(_folder), .. Train, _folder["m.zip"]]).Succeeded();

        Workspace.Run("sample", _folder["m.zip"], "--rows", "200", "--out", _folder["drawn.tsv"]).Succeeded();

        IReadOnlyList<string[]> rows = _folder.Read("drawn.tsv", '\t');
        Assert.Equal(["amount", "hour", "shop", "online", "LogLikelihood"], rows[0]);
        Assert.Equal(["books", "food", "fuel"], rows.Skip(1).Select(row => row[2]).Distinct().Order());
    }

    [Fact]
    public void Score_Gaps_AlarmWithoutAScore()
    {
        Workspace.Run(["train", Payments.WriteTo(_folder), .. Train, _folder["m.zip"]]).Succeeded();
        string gaps = _folder.Write(
            "gaps.csv", "amount,shop,hour,online", "10,books,12,true", ",books,12,true", "NA,books,12,true", "10,books,?,true");

        ToolRun run = Workspace.Run("score", _folder["m.zip"], gaps, "--out", _folder["scored.csv"]).Succeeded();
        string explained = Workspace.Run("explain", _folder["m.zip"], gaps).Succeeded().Output;

        IReadOnlyList<string[]> rows = _folder.Read("scored.csv");
        Assert.Equal(["false", "true", "true", "true"], rows.Skip(1).Select(row => row[7]));
        Assert.Equal(["", "", ""], rows.Skip(2).Select(row => row[5]));
        Assert.Equal(["", "NA", "10"], rows.Skip(2).Select(row => row[0]));
        Assert.Contains("4 rows, 3 alarms (3 of them rows with gaps)", run.Output, StringComparison.Ordinal);
        Assert.Contains("3 rows have gaps and no score; they alarm. The first is row 2.", explained, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_Gaps_AreLeftOutOrFilled()
    {
        string gaps = _folder.Write(
            "gaps.csv",
            Payments.Rows(400).Select((row, i) => i % 4 == 0 ? $"{i},,books,12,true" : row).Prepend(Payments.Header));

        ToolRun leaving = Workspace.Run(["train", gaps, .. Train, _folder["left.zip"], "--json"]).Succeeded();
        JsonElement left = leaving.Json;
        JsonElement filled = Workspace.Run(
            ["train", gaps, "--fill-gaps", .. Train, _folder["filled.zip"], "--json"]).Succeeded().Json;

        Assert.Equal(300, left.GetProperty("rowsTrained").GetInt64());
        Assert.Equal(100, left.GetProperty("rowsLeftOut").GetInt64());
        Assert.Equal(
            "warning: 100 of 400 rows are left out, as a number is missing or infinite: 'amount' in 100. Pass --fill-gaps, or "
            + "--ignore a column that is mostly gaps.",
            Assert.Single(leaving.Errors.Split('\n'), line => line.StartsWith("warning: ", StringComparison.Ordinal)));
        Assert.Equal(400, filled.GetProperty("rowsTrained").GetInt64());
        ToolRun scored = Workspace.Run(
            "score", _folder["filled.zip"], gaps, "--out", _folder["scored.csv"], "--json").Succeeded();
        Assert.Equal(0, scored.Json.GetProperty("unscored").GetInt64());
    }

    [Fact]
    public void Score_ParquetOfTypes_KeepsThem()
    {
        string data = Payments.WriteTo(_folder);
        Workspace.Run(["train", data, .. Train, _folder["m.zip"]]).Succeeded();
        Workspace.Run("score", _folder["m.zip"], data, "--out", _folder["a.csv"]).Succeeded();
        Workspace.Run("score", _folder["m.zip"], data, "--out", _folder["a.parquet"]).Succeeded();
        // What was read as a number is a number in Parquet, and trains as one.
        JsonElement trained = Workspace.Run(
            [
                "train", _folder["a.parquet"], "--ignore", "LogLikelihood", "--ignore", "Score", "--ignore", "PValue",
                "--label", "PredictedLabel", .. Train, _folder["b.zip"], "--json",
            ]).Succeeded().Json;
        Workspace.Run(
            "score", _folder["b.zip"], _folder["a.parquet"], "--prefix", "own", "--out", _folder["b.csv"]).Succeeded();

        Assert.Equal(["amount", "hour"], Strings(trained, "numbers"));
        Assert.Equal(["shop", "online"], Strings(trained, "categories"));
        Assert.Equal(
            _folder.Read("a.csv").Skip(1).Select(row => row[5]), _folder.Read("b.csv").Skip(1).Select(row => row[9]));
    }

    [Fact]
    public void Score_DecimalCommas_AreNumbersWhereSaid()
    {
        Workspace.Run(["train", Payments.WriteTo(_folder), .. Train, _folder["m.zip"]]).Succeeded();
        string points = _folder.Write("points.csv", "amount,shop,hour,online", "10.5,books,12,true");
        string commas = _folder.Write("commas.csv", "amount;shop;hour;online", "10,5;books;12;true");

        Workspace.Run("score", _folder["m.zip"], points, "--out", _folder["p.csv"]).Succeeded();
        Workspace.Run("score", _folder["m.zip"], commas, "--decimal-comma", "--out", _folder["c.csv"]).Succeeded();

        Assert.Equal(_folder.Read("p.csv")[1][^4..], _folder.Read("c.csv")[1][^4..]);
        Assert.StartsWith("\"10,5\",books,", File.ReadAllLines(_folder["c.csv"])[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_LabelsInWords_AreAnomaliesWhereSaid()
    {
        Workspace.Run(["train", Payments.WriteTo(_folder), .. Train, _folder["m.zip"]]).Succeeded();
        string labelled = _folder.Write(
            "labelled.csv",
            "amount,shop,hour,online,verdict",
            "10,books,12,true,fine",
            "99,books,12,true,fraud",
            "20,food,1,false,");

        JsonElement found = Workspace.Run(
            "evaluate", _folder["m.zip"], labelled, "--label", "verdict", "--anomaly", "fraud", "--json").Succeeded().Json;

        Assert.Equal(1, found.GetProperty("areaUnderRocCurve").GetDouble());
        Assert.Equal(1, found.GetProperty("anomalyCount").GetInt64());
        Assert.Equal(1, found.GetProperty("normalCount").GetInt64());
        Assert.Equal(1, found.GetProperty("unlabeledCount").GetInt64());
    }

    private static string?[] Strings(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(each => each.GetString())];
}
