using Microsoft.ML;

namespace MLNet.Flows.Tool.Tests;

/// <summary>What cannot be worked with ends in one line that says what was given, what is expected and what to do.</summary>
public sealed class BadInputTests(ShuttleModel model) : IClassFixture<ShuttleModel>, IDisposable
{
    private const string Names = "V1,V2,V3,V4,V5,V6,V7,V8,V9";
    private readonly Workspace _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Score_MissingColumn_NamesIt() => Assert.Equal(
        $"'{_folder["d.csv"]}' has no column 'V3' (the model reads it). Its columns are 'V1', 'V2'.",
        Score("V1,V2", "1,2"));

    [Fact]
    public void Score_ColumnInOtherLetters_IsAskedAfter() => Assert.Equal(
        $"'{_folder["d.csv"]}' has no column 'V2' (the model reads it). Did you mean 'v2'?",
        Score("V1,v2,V3,V4,V5,V6,V7,V8,V9", "1,2,3,4,5,6,7,8,9"));

    [Fact]
    public void Score_AnotherOrder_AndQuotedNames_AreFine()
    {
        _folder.Write("a.csv", "\uFEFF\"V9\",\"V1\",\"V2\",\"V3\",\"V4\",\"V5\",\"V6\",\"V7\",\"V8\"", "\"9\",1,2,3,4,5,6,7,8");
        _folder.Write("b.csv", Names, "1,2,3,4,5,6,7,8,9");
        Workspace.Run("score", model.Path, _folder["a.csv"], "--out", _folder["ao.csv"]).Succeeded();
        Workspace.Run("score", model.Path, _folder["b.csv"], "--out", _folder["bo.csv"]).Succeeded();

        Assert.Equal(_folder.Read("bo.csv")[1][^4..], _folder.Read("ao.csv")[1][^4..]);
    }

    [Fact]
    public void Score_WordAmongNumbers_NamesColumnAndValue() => Assert.Equal(
        $"'{_folder["d.csv"]}': Column 'V2' holds 'many' where a number is expected. Correct it, leave the column out, or pass "
        + "--decimal-comma where numbers are written 1,5.",
        Score(Names, "1,2,3,4,5,6,7,8,9", "1,many,3,4,5,6,7,8,9"));

    [Fact]
    public void Score_FileThatIsCut_NamesTheLine()
    {
        string[] lines = [.. File.ReadLines(Workspace.Shuttle).Take(30_000)];
        lines[^1] = "44,0,7";

        Assert.Equal(
            $"'{_folder["d.csv"]}', line 30,000: 3 values where the first line has 10 names. The file may be cut, or a value may "
            + "hold the delimiter without quotes.",
            Score(lines));
        Assert.Equal(["d.csv"], _folder.Names);
    }

    [Fact]
    public void Score_QuoteThatDoesNotEnd_NamesTheLine() => Assert.Equal(
        $"'{_folder["d.csv"]}', line 3: a quote does not end. The file may be cut.",
        Score(Names, "1,2,3,4,5,6,7,8,9", "1,2,3,4,5,6,7,8,\"9"));

    [Fact]
    public void Score_NoRows_WritesNone()
    {
        _folder.Write("d.csv", Names);
        ToolRun run = Workspace.Run("score", model.Path, _folder["d.csv"], "--out", _folder["o.csv"]).Succeeded();

        Assert.Equal($"{_folder["o.csv"]}: 0 rows, 0 alarms.\n", run.Output);
        Assert.Equal($"{Names},LogLikelihood,Score,PValue,PredictedLabel", File.ReadAllText(_folder["o.csv"]).TrimEnd());
        Workspace.Run("explain", model.Path, _folder["d.csv"]).Succeeded();
    }

    [Fact]
    public void Train_NoRows_IsRefused() => Assert.Equal(
        $"'{_folder["d.csv"]}' has no rows, only names. Give a file with rows.", Train(Names));

    [Fact]
    public void Train_EmptyFile_IsRefused()
    {
        File.WriteAllText(_folder["d.csv"], "");
        Assert.Equal(
            $"'{_folder["d.csv"]}' is empty. Give a file with a line of column names and rows below it.", TrainFile("d.csv"));
    }

    [Fact]
    public void Train_BinaryFile_IsRefused()
    {
        File.WriteAllBytes(_folder["d.csv"], [.. Enumerable.Range(0, 5_000).Select(i => (byte)(i * 7))]);
        Assert.Equal(
            $"'{_folder["d.csv"]}' is binary, neither text nor Parquet. Give a CSV, TSV or Parquet file.", TrainFile("d.csv"));
    }

    [Fact]
    public void Train_OtherEncodings_AreRefused()
    {
        File.WriteAllText(_folder["d.csv"], "a,b\n1,2\n", System.Text.Encoding.Unicode);
        Assert.Equal(
            $"'{_folder["d.csv"]}' is UTF-16, but text files are read as UTF-8. Save it as UTF-8.", TrainFile("d.csv"));
        File.WriteAllBytes(_folder["l.csv"], "a,b\n1,x\n2,"u8.ToArray().Concat(new byte[] { 0xe4, 0xf6, 0x0a }).ToArray());
        Assert.StartsWith($"'{_folder["l.csv"]}', line ", TrainFile("l.csv"), StringComparison.Ordinal);
        Assert.EndsWith(": not UTF-8 text. Save the file as UTF-8.", TrainFile("l.csv"), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_ParquetThatIsCut_IsRefused()
    {
        Workspace.Run("sample", model.Path, "--rows", "5000", "--out", _folder["d.parquet"]).Succeeded();
        File.WriteAllBytes(_folder["cut.parquet"], File.ReadAllBytes(_folder["d.parquet"])[..20_000]);
        File.Copy(Workspace.Shuttle, _folder["no.parquet"]);

        Assert.EndsWith(
            ": no whole Parquet file; its end is missing. Write it again.", TrainFile("cut.parquet"), StringComparison.Ordinal);
        Assert.Equal(
            $"'{_folder["no.parquet"]}' is named .parquet but does not begin as a Parquet file does. Write it again.",
            TrainFile("no.parquet"));
    }

    [Fact]
    public void Train_FilesThatAreNotThere_AreNamed()
    {
        Assert.Equal($"There is no file '{_folder["no.csv"]}'. Check the name and the folder.", TrainFile("no.csv"));
        Assert.Equal($"No file matches '{_folder["no*.csv"]}'. Check the folder's name.", TrainFile("no*.csv"));
        Assert.StartsWith($"'{_folder.Folder}' is a folder. Give its files, ", TrainFile("."), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_FirstLineEmpty_IsRefused() => Assert.Equal(
        $"The first line of '{_folder["d.csv"]}' is empty. Put the columns' names there.", Train("", "a,b", "1,2"));

    [Fact]
    public void Train_NameThatDoesNotEnd_IsRefused() => Assert.Equal(
        $"A quote in the first line of '{_folder["d.csv"]}' does not end. Put the columns' names on one line.",
        Train("\"a", "b\",c", "1,2"));

    [Fact]
    public void Train_NoNames_IsRefused() => Assert.Equal(
        $"The first line of '{_folder["d.csv"]}' holds numbers ('1'), not names. Add a first line with the columns' names.",
        Train("1,2", "3,4"));

    [Fact]
    public void Train_NamesTwice_AreRefused() => Assert.Equal(
        $"'{_folder["d.csv"]}' has 2 columns named 'a'. Give each its own name.", Train("a,b,a", "1,2,3"));

    [Fact]
    public void Train_DecimalComma_IsAskedAfter() => Assert.Equal(
        $"Column 'a' of '{_folder["d.csv"]}' holds '1,5', a number with a decimal comma. Pass --decimal-comma.",
        Train("a;b", "1,5;2", "3;4"));

    [Fact]
    public void Train_WordAmongNumbers_IsNoCategory() => Assert.Equal(
        $"Column 'a' of '{_folder["d.csv"]}' holds numbers and 1 other value, such as 'many'. Correct them, or pass --ignore a, "
        + "or --category a if it is a code.",
        Train(["a,b", .. Enumerable.Range(0, 20).Select(i => $"{i},{i}"), "many,1"]));

    [Fact]
    public void Train_Dates_AreRefusedWithAWayOut() => Assert.Equal(
        $"Column 'day' of '{_folder["d.csv"]}' holds dates or times, which go on and on and never come back. Give what "
        + "matters of them, such as the hour, as columns of their own, and pass --ignore day.",
        Train("day,b", "2024-01-02,1", "2024-01-03,2"));

    [Fact]
    public void Train_EmptyColumn_IsRefused() => Assert.Equal(
        $"Column 'b' of '{_folder["d.csv"]}' is empty. Leave it out: pass --ignore b.", Train("a,b", "1,", "2,NA"));

    [Fact]
    public void Train_GapsEverywhere_NamesTheColumns() => Assert.Equal(
        "There is no row to train on: 3 of 3 rows are left out, as a number is missing or infinite: 'b' in 2, 'a' in 1. Pass "
        + "--fill-gaps, or --ignore a column that is mostly gaps.",
        Train("a,b", "1,", ",2", "3,inf"));

    [Fact]
    public void Train_InfiniteEverywhere_IsNoGapToFill() => Assert.Equal(
        "There is no row to train on: 2 of 2 rows are left out, as a number is infinite: 'b' in 2. Correct them, or --ignore the "
        + "column.",
        Train("a,b", ["1,inf", ",1e39"], "--fill-gaps"));

    [Fact]
    public void Train_OfScoredRows_NamesTheColumn() => Assert.Equal(
        $"Column 'PredictedLabel' of '{_folder["d.csv"]}' has the name of one that scoring adds. Give the file before it was "
        + "scored, or pass --ignore PredictedLabel.",
        Train("a,Score,PredictedLabel", "1,2,true", "2,3,false"));

    [Fact]
    public void Train_NothingLeft_IsRefused() => Assert.Equal(
        $"No column of '{_folder["d.csv"]}' is left to train on. Name fewer in --ignore and --context.",
        Train("a,b", ["1,2", "2,3"], "--ignore", "a", "--ignore", "b"));

    [Fact]
    public void Train_OneColumnTwoRoles_IsRefused() => Assert.Equal(
        "Column 'a' is given to --label and --ignore. Choose one.",
        Train("a,b", ["1,2", "2,3"], "--label", "a", "--ignore", "a"));

    [Fact]
    public void Train_ContextOfManyValues_IsRefused() => Assert.Equal(
        $"Column 'c' of '{_folder["d.csv"]}' has more than 100 values, too many for --context. Group them, or leave --context "
        + "out so that they join the density.",
        Train("a,c", [.. Enumerable.Range(0, 101).Select(i => $"{i},x{i}")], "--context", "c"));

    [Theory]
    [InlineData("V1", "'37'")]
    [InlineData("V2", "'-1'")]
    public void Evaluate_LabelThatIsNone_NamesItsValues(string column, string value)
    {
        string error = Workspace.Run("evaluate", model.Path, Workspace.Shuttle, "--label", column).Failed().Error;

        Assert.StartsWith(
            $"Column '{column}' of '{Workspace.Shuttle}' is no label of 0 and 1, or false and true: it holds ", error,
            StringComparison.Ordinal);
        Assert.Contains(value, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_ValueThatNeverOccurs_NamesThoseThatDo() => Assert.Equal(
        $"Column 'Label' of '{Workspace.Shuttle}' never holds 'fraud'. Its values are '0', '1'.",
        Workspace.Run("evaluate", model.Path, Workspace.Shuttle, "--label", "Label", "--anomaly", "fraud").Failed().Error);

    [Fact]
    public void Evaluate_AnomaliesAlone_NamesTheColumn()
    {
        _folder.Write("d.csv", $"{Names},fraud", "1,2,3,4,5,6,7,8,9,1", "1,2,3,4,5,6,7,8,9,");

        Assert.Equal(
            $"Column 'fraud' of '{_folder["d.csv"]}' holds anomalies alone ('1'), but evaluation needs normal rows too. Give "
            + "these a label, such as 0; an empty cell is no label.",
            Workspace.Run("evaluate", model.Path, _folder["d.csv"], "--label", "fraud").Failed().Error);
    }

    [Fact]
    public void Score_ModelWithoutAFlow_SaysSo()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = mlContext.Data.LoadFromEnumerable([new Point { X = 1 }, new Point { X = 2 }]);
        ITransformer plain = mlContext.Transforms.NormalizeMinMax("X").Fit(data);
        mlContext.Model.Save(plain, data.Schema, _folder["plain.zip"]);

        foreach (string command in (string[])["score", "evaluate", "explain", "drift", "inspect", "sample"])
        {
            string[] rest = command switch
            {
                "score" => [Workspace.Shuttle, "--out", _folder["o.csv"]],
                "sample" => ["--out", _folder["o.csv"]],
                "inspect" => [],
                "evaluate" => [Workspace.Shuttle, "--label", "Label"],
                _ => [Workspace.Shuttle],
            };
            Assert.Equal(
                $"'{_folder["plain.zip"]}' is an ML.NET model, but there is no flow in it. Train one by 'mlflows train'.",
                Workspace.Run([command, _folder["plain.zip"], .. rest]).Failed().Error);
        }
    }

    [Fact]
    public void Score_ModelOfVectors_SaysWhatIsExpected()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = mlContext.Data.LoadFromEnumerable(
            Enumerable.Range(0, 100).Select(i => new Pair { Features = [i % 10, i % 7] }));
        var flow = mlContext.Flows.PlanarFlow(new PlanarFlowEstimator.Options { Contamination = 0, MaximumSteps = 5, Seed = 1 });
        mlContext.Model.Save(flow.Fit(data), data.Schema, _folder["m.zip"]);

        Assert.StartsWith(
            $"'{_folder["m.zip"]}' reads column 'Features' of Vector<Single, 2>, but ",
            Workspace.Run("score", _folder["m.zip"], Workspace.Shuttle, "--out", _folder["o.csv"]).Failed().Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Score_NoModel_SaysSo()
    {
        Assert.StartsWith(
            $"'{Workspace.Shuttle}' is no model that can be loaded: ",
            Workspace.Run("score", Workspace.Shuttle, Workspace.Shuttle, "--out", _folder["o.csv"]).Failed().Error,
            StringComparison.Ordinal);
        Assert.Equal(
            $"There is no model '{_folder["no.zip"]}'. Train one by 'mlflows train'.",
            Workspace.Run("score", _folder["no.zip"], Workspace.Shuttle, "--out", _folder["o.csv"]).Failed().Error);
    }

    [Fact]
    public void Score_OfScoredRows_AsksForAnotherName() => Assert.Equal(
        $"'{_folder["d.csv"]}' has a column 'Score' already, which scoring adds. Give the file before it was scored, or another "
        + "name by --prefix.",
        Score(Names + ",Score", "1,2,3,4,5,6,7,8,9,10"));

    [Theory]
    [InlineData("Required command was not provided. See 'mlflows --help'.")]
    [InlineData(
        "Option '--out' is required. Required argument 'data' missing for command: 'train'. See 'mlflows train --help'.",
        "train")]
    [InlineData(
        "--rows is 0, but it is a whole number, 1 or more. See 'mlflows sample --help'.",
        "sample", "m.zip", "--rows", "0", "--out", "o.csv")]
    [InlineData(
        "--max-rows is 0, but it is a whole number, 1 or more. See 'mlflows train --help'.",
        "train", "d.csv", "--max-rows", "0", "--out", "m.zip")]
    [InlineData(
        "--max-rows is many, but it is a whole number, 1 or more. See 'mlflows train --help'.",
        "train", "d.csv", "--max-rows", "many", "--out", "m.zip")]
    [InlineData(
        "--contamination is 0.7, but it is a number from 0 to 0.5, written as 0.05. See 'mlflows train --help'.",
        "train", "d.csv", "--contamination", "0.7", "--out", "m.zip")]
    [InlineData(
        "--false-alarm-rate is 0,1, but it is a number from 0 to 1, written as 0.05. See 'mlflows train --help'.",
        "train", "d.csv", "--false-alarm-rate", "0,1", "--out", "m.zip")]
    public void Run_WrongCommandLine_SaysWhereHelpIs(string error, params string[] arguments) =>
        Assert.Equal(error, Workspace.Run(arguments).Failed(ExitCodes.Usage).Error);

    [Fact]
    public void Train_UnknownFlow_ListsThoseThereAre()
    {
        string error = Workspace.Run("train", Workspace.Shuttle, "--flow", "plana", "--out", _folder["m.zip"])
            .Failed(ExitCodes.Usage).Error;

        Assert.Contains("'plana'", error, StringComparison.Ordinal);
        Assert.Contains("'planar'", error, StringComparison.Ordinal);
    }

    private string Score(params IEnumerable<string> lines)
    {
        _folder.Write("d.csv", lines);
        return Workspace.Run("score", model.Path, _folder["d.csv"], "--out", _folder["o.csv"]).Failed().Error;
    }

    private string Train(params IEnumerable<string> lines)
    {
        _folder.Write("d.csv", lines);
        return TrainFile("d.csv");
    }

    private string Train(string names, string[] rows, params string[] options)
    {
        _folder.Write("d.csv", rows.Prepend(names));
        return TrainFile("d.csv", options);
    }

    private string TrainFile(string name, params string[] options)
    {
        string path = name == "." ? _folder.Folder : _folder[name];
        string error = Workspace.Run(["train", path, .. options, "--out", _folder["m.zip"]]).Failed().Error;
        Assert.DoesNotContain("m.zip", _folder.Names);
        return error;
    }

    private sealed class Point
    {
        public float X { get; set; }
    }

    private sealed class Pair
    {
        [Microsoft.ML.Data.VectorType(2)]
        public float[] Features { get; set; } = [];
    }
}
