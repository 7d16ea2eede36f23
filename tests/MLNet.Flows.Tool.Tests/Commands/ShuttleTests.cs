using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tool.Tests.Commands;

/// <summary>Every command on real data.</summary>
public sealed class ShuttleTests(ShuttleModel model) : IClassFixture<ShuttleModel>, IDisposable
{
    private readonly Workspace _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_OnShuttle_SaysWhatItTrained()
    {
        JsonElement trained = model.Trained.Succeeded().Json;

        Assert.Equal("PlanarFlow", trained.GetProperty("flow").GetString());
        Assert.Equal(49_097, trained.GetProperty("rowsTrained").GetInt64());
        Assert.Equal(["V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9"], Strings(trained.GetProperty("numbers")));
        Assert.Contains("training: ", model.Trained.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_Twice_WritesTheSameScores()
    {
        string[] train =
        [
            "train", Workspace.Shuttle, "--label", "Label", "--flow", "planar", "--contamination", "0", "--steps", "100", "--out",
        ];
        Workspace.Run([.. train, _folder["again.zip"]]).Succeeded();
        Workspace.Run("score", model.Path, Workspace.Shuttle, "--out", _folder["a.csv"]).Succeeded();
        Workspace.Run("score", _folder["again.zip"], Workspace.Shuttle, "--out", _folder["b.csv"]).Succeeded();

        Assert.Equal(File.ReadAllText(_folder["a.csv"]), File.ReadAllText(_folder["b.csv"]));
    }

    [Theory]
    [InlineData("planar")]
    [InlineData("detector")]
    public void Train_WithFewerRowsThanThereAre_TrainsOnASample(string flow)
    {
        ToolRun run = Workspace.Run(
            "train", Workspace.Shuttle, "--label", "Label", "--flow", flow, "--max-rows", "500", "--out", _folder["few.zip"],
            "--json").Succeeded();

        Assert.Equal(500, run.Json.GetProperty("rowsTrained").GetInt64());
        Assert.Equal(
            "warning: Training takes a random sample of 500 of 49,097 usable rows; --max-rows sets how many.",
            Assert.Single(run.Errors.Split('\n'), line => line.Contains("sample", StringComparison.Ordinal)));
    }

    [Fact]
    public void Train_Model_LoadsAndScoresInPlainMlNetByColumnNames()
    {
        var mlContext = new MLContext(seed: 1);
        ITransformer plain = mlContext.Model.Load(model.Path, out DataViewSchema inputs);
        IDataView row = mlContext.Data.LoadFromEnumerable(
            [new Reading { V9 = 22, V1 = 50, V2 = 21, V3 = 77, V5 = 28, V7 = 27, V8 = 48 }]);
        Workspace.Run("score", model.Path, Workspace.Shuttle, "--out", _folder["scored.csv"]).Succeeded();

        Assert.Equal(["V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9"], inputs.Select(column => column.Name));
        float score = plain.Transform(row).GetColumn<float>("Score").Single();
        Assert.Equal(score, float.Parse(_folder.Read("scored.csv")[1][11], CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Score_OnShuttle_AddsFourColumnsAndKeepsTheCellsAsTheyStand()
    {
        ToolRun run = Workspace.Run("score", model.Path, Workspace.Shuttle, "--out", _folder["scored.csv"], "--json").Succeeded();

        string[] before = File.ReadAllLines(Workspace.Shuttle);
        string[] after = File.ReadAllLines(_folder["scored.csv"]);
        Assert.Equal(before[0] + ",LogLikelihood,Score,PValue,PredictedLabel", after[0]);
        Assert.Equal(before.Length, after.Length);
        Assert.All(before.Zip(after), pair => Assert.StartsWith(pair.First + ',', pair.Second, StringComparison.Ordinal));
        Assert.Equal(49_097, run.Json.GetProperty("rows").GetInt64());
        int alarms = after.Count(line => line.EndsWith(",true", StringComparison.Ordinal));
        Assert.Equal(alarms, run.Json.GetProperty("alarms").GetInt64());
        Assert.InRange(alarms, 400, 600);
    }

    [Theory]
    [InlineData("scored.parquet")]
    [InlineData("scored.tsv")]
    [InlineData("scored.csv.gz")]
    public void Score_ToOtherFormats_CanBeReadAgainAndScoredAlike(string name)
    {
        Workspace.Run("score", model.Path, Workspace.Shuttle, "--out", _folder["scored.csv"]).Succeeded();
        Workspace.Run("score", model.Path, Workspace.Shuttle, "--out", _folder[name]).Succeeded();
        Workspace.Run("score", model.Path, _folder[name], "--out", _folder["twice.csv"], "--prefix", "again").Succeeded();

        IReadOnlyList<string[]> once = _folder.Read("scored.csv");
        IReadOnlyList<string[]> twice = _folder.Read("twice.csv");
        Assert.Equal([.. once[0], "againLogLikelihood", "againScore", "againPValue", "againPredictedLabel"], twice[0]);
        Assert.Equal(once.Skip(1).Select(row => row[11]), twice.Skip(1).Select(row => row[15]));
        Assert.Equal(once.Skip(1).Select(row => row[12]), twice.Skip(1).Select(row => row[12]));
    }

    [Fact]
    public void Evaluate_OnShuttle_FindsTheAnomalies()
    {
        ToolRun people = Workspace.Run("evaluate", model.Path, Workspace.Shuttle, "--label", "Label").Succeeded();
        JsonElement scripts =
            Workspace.Run("evaluate", model.Path, Workspace.Shuttle, "--label", "Label", "--json").Succeeded().Json;

        double area = scripts.GetProperty("areaUnderRocCurve").GetDouble();
        Assert.InRange(area, 0.85, 1);
        Assert.Equal(3_511, scripts.GetProperty("anomalyCount").GetInt64());
        Assert.StartsWith(FormattableString.Invariant($"AUROC {area:F4}, "), people.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_OnShuttle_ListsTheRowsThatScoreHighest()
    {
        Workspace.Run("score", model.Path, Workspace.Shuttle, "--out", _folder["scored.csv"]).Succeeded();
        JsonElement found = Workspace.Run(
            "explain", model.Path, Workspace.Shuttle, "--top", "3", "--features", "2", "--json").Succeeded().Json;

        (int Row, string Score)[] highest =
        [
            .. _folder.Read("scored.csv").Skip(1).Select((row, i) => (Row: i + 1, Score: row[11]))
                .OrderByDescending(row => float.Parse(row.Score, CultureInfo.InvariantCulture)).Take(3),
        ];
        JsonElement[] rows = [.. found.GetProperty("rows").EnumerateArray()];
        Assert.Equal(highest.Select(row => row.Row), rows.Select(row => row.GetProperty("row").GetInt32()));
        Assert.All(rows, row => Assert.Equal(2, row.GetProperty("contributions").GetArrayLength()));
        string[] strangest = File.ReadLines(Workspace.Shuttle).ElementAt(highest[0].Row).Split(',');
        JsonElement contribution = rows[0].GetProperty("contributions")[0];
        int column = contribution.GetProperty("index").GetInt32();
        Assert.Equal($"V{column + 1}", contribution.GetProperty("name").GetString());
        Assert.Equal(
            double.Parse(strangest[column], CultureInfo.InvariantCulture), contribution.GetProperty("value").GetDouble());
        Assert.Equal(strangest[9], rows[0].GetProperty("values").GetProperty("Label").GetString());
    }

    [Fact]
    public void Explain_ForPeople_NamesRowsAndColumns()
    {
        string output = Workspace.Run(
            "explain", model.Path, Workspace.Shuttle, "--top", "1", "--features", "1").Succeeded().Output;

        Assert.Matches(@"^row \d+: score \d+\.\d\d, p-value \S+, alarm\n  V\d = \S+ adds \d+\.\d\d nats\n$", output);
    }

    [Fact]
    public void Sample_OfTheModel_IsLikeTheRowsAndTheSameBySeed()
    {
        Workspace.Run("sample", model.Path, "--rows", "2000", "--seed", "7", "--out", _folder["a.csv"]).Succeeded();
        Workspace.Run("sample", model.Path, "--rows", "2000", "--seed", "7", "--out", _folder["b.csv"]).Succeeded();
        Workspace.Run("sample", model.Path, "--rows", "2000", "--seed", "8", "--out", _folder["c.csv"]).Succeeded();
        Workspace.Run("score", model.Path, _folder["a.csv"], "--prefix", "own", "--out", _folder["scored.csv"]).Succeeded();

        Assert.Equal(File.ReadAllText(_folder["a.csv"]), File.ReadAllText(_folder["b.csv"]));
        Assert.NotEqual(File.ReadAllText(_folder["a.csv"]), File.ReadAllText(_folder["c.csv"]));
        IReadOnlyList<string[]> rows = _folder.Read("scored.csv");
        Assert.Equal(2_001, rows.Count);
        Assert.Equal(["V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "LogLikelihood"], rows[0].Take(10));
        // What it says a draw's likelihood is, it also says of the row.
        Assert.All(rows.Skip(1), row => Assert.Equal(
            double.Parse(row[9], CultureInfo.InvariantCulture), double.Parse(row[10], CultureInfo.InvariantCulture), 1e-3));
    }

    [Fact]
    public void Inspect_TheModel_SaysWhatTrainSaid()
    {
        string people = Workspace.Run("inspect", model.Path).Succeeded().Output;
        ToolRun scripts = Workspace.Run("inspect", model.Path, "--json").Succeeded();

        Assert.Equal(model.Trained.Output, scripts.Output);
        Assert.Contains("flow:             PlanarFlow", people, StringComparison.Ordinal);
        Assert.Contains("numbers:          V1, V2, V3", people, StringComparison.Ordinal);
        Assert.Contains("rows trained on:  49,097 (0 with gaps left out)", people, StringComparison.Ordinal);
    }

    [Fact]
    public void Drift_OfTheSameRows_IsNoneAndOfMovedRowsIs()
    {
        IEnumerable<string> moved = File.ReadLines(Workspace.Shuttle).Take(2_001)
            .Select((line, i) => i == 0 ? line : $"{int.Parse(line.Split(',')[0], CultureInfo.InvariantCulture) + 40},"
                + string.Join(',', line.Split(',').Skip(1)));
        string path = _folder.Write("moved.csv", moved);

        JsonElement same = Workspace.Run("drift", model.Path, Workspace.Shuttle, "--json").Succeeded().Json;
        ToolRun drifted = Workspace.Run("drift", model.Path, path).Failed(ExitCodes.Drift);

        Assert.False(same.GetProperty("isDrift").GetBoolean());
        Assert.StartsWith("drift: distance 0.", drifted.Output, StringComparison.Ordinal);
        Assert.Contains("\n  V1 adds ", drifted.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Drift_OfAModelThatExpectedAnomalies_TakesNormalRows()
    {
        string[] lines = File.ReadAllLines(Workspace.Shuttle);
        string[] normal = [.. lines.Skip(1).Where(line => line.EndsWith(",0", StringComparison.Ordinal))];
        string known = _folder.Write("known.csv", normal.Where((_, i) => i % 2 == 0).Prepend(lines[0]));
        string fresh = _folder.Write("fresh.csv", normal.Where((_, i) => i % 2 == 1).Prepend(lines[0]));
        Workspace.Run(
            "train", Workspace.Shuttle, "--label", "Label", "--flow", "planar", "--contamination", "0.07", "--steps", "20",
            "--out", _folder["m.zip"]).Succeeded();

        string refused = Workspace.Run("drift", _folder["m.zip"], fresh).Failed().Error;
        JsonElement compared = Workspace.Run("drift", _folder["m.zip"], fresh, "--normal", known, "--json").Succeeded().Json;

        Assert.EndsWith(
            "Give files of rows known to be normal to 'mlflows drift' by --normal.", refused, StringComparison.Ordinal);
        Assert.Equal(normal.Length / 2, compared.GetProperty("rowCount").GetInt64());
    }

    [Theory]
    [InlineData("detector", "Consensus")]
    [InlineData("planar", "PlanarFlow")]
    [InlineData("realnvp", "RealNvp")]
    [InlineData("nice", "Nice")]
    [InlineData("glow", "Glow")]
    [InlineData("maf", "MaskedAutoregressive")]
    [InlineData("spline", "NeuralSpline")]
    [InlineData("radial", "RadialFlow")]
    [InlineData("continuous", "ContinuousFlow")]
    public void Train_EachFlow_SavesThatFlow(string name, string expected)
    {
        string few = _folder.Write("few.csv", File.ReadLines(Workspace.Shuttle).Take(301));
        string[] steps = name == "detector" ? [] : ["--steps", "10"];
        ToolRun run = Workspace.Run(
            ["train", few, "--label", "Label", "--flow", name, "--contamination", "0", .. steps, "--out", _folder["m.zip"]]);

        Assert.StartsWith($"{_folder["m.zip"]}: {expected}", run.Succeeded().Output, StringComparison.Ordinal);
        JsonElement inside = Workspace.Run("inspect", _folder["m.zip"], "--json").Succeeded().Json;
        Assert.Equal(expected, inside.GetProperty("flow").GetString());
        Workspace.Run("score", _folder["m.zip"], few, "--out", _folder["scored.csv"]).Succeeded();
    }

    private static string?[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(each => each.GetString())];

    private sealed class Reading
    {
        public float V1 { get; set; }

        public float V2 { get; set; }

        public float V3 { get; set; }

        public float V4 { get; set; }

        public float V5 { get; set; }

        public float V6 { get; set; }

        public float V7 { get; set; }

        public float V8 { get; set; }

        public float V9 { get; set; }
    }
}
