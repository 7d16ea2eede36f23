// Detection quality over a folder of labelled sets, clean and contaminated, for our presets and rivals; or of any method named,
// such as flow-0:no-layers for a preset with one choice taken back, or flow-0+nice-0 for a consensus. A CSV has a header,
// features, and Label (1 = anomaly) last. The setting wide-calibration makes its rows; mixed takes the files of MixedSets.R.
using System.Globalization;
using MLNet.Flows.Quality;
using MLNet.Flows.Quality.Mixed;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string Usage =
    "--data DIR [--setting clean|contaminated|both|calibration|wide-calibration|mixed|alarms] [--seeds 5] "
    + "[--max-train 10000] [--methods a,b,...] [--share S] [--out results.csv]";
var arguments = new Dictionary<string, string>();
for (int i = 0; i + 1 < args.Length; i += 2)
    arguments[args[i]] = args[i + 1];

string folder = Take("--data", ""), setting = Take("--setting", "both"), output = Take("--out", "");
int seeds = int.Parse(Take("--seeds", "5")), maximumTrain = int.Parse(Take("--max-train", "10000"));
double? share = Take("--share", "") is { Length: > 0 } text ? double.Parse(text) : null;
string[] methods = Take("--methods", Methods.Compared).Split(',');
string? fault = args.Length % 2 != 0
    || arguments.Count > 0 ? $"unknown argument {(arguments.Count > 0 ? arguments.Keys.First() : args[^1])}"
    : setting != "wide-calibration" && !Directory.Exists(folder) ? $"no folder '{folder}'"
    : setting is not ("clean" or "contaminated" or "both" or "calibration" or "wide-calibration" or "mixed" or "alarms")
        ? $"no setting '{setting}'"
    : methods.FirstOrDefault(method => !Methods.Exists(method))
        is string unknown ? $"no method '{unknown}' among {string.Join(", ", Methods.All.Keys)}"
    : null;
if (fault is not null)
{
    Console.Error.WriteLine($"There is {fault}. Usage: {Usage}");
    return 2;
}

if (setting == "wide-calibration")
{
    WideCalibration.Run(methods, seeds);
    return 0;
}

if (setting == "mixed")
{
    MixedStudy.Run(
        [.. Directory.GetFiles(folder, "*.csv").Order(StringComparer.Ordinal).Select(MixedSet.Load)], seeds, maximumTrain);
    return 0;
}

LabeledSet[] sets = [.. Directory.GetFiles(folder, "*.csv").Order(StringComparer.Ordinal).Select(LabeledSet.Load)];
if (setting == "calibration")
{
    Calibration.Run(sets, methods, seeds, maximumTrain);
    return 0;
}

if (setting == "alarms")
{
    AlarmsWithinABudget.Run(sets, methods, seeds, maximumTrain);
    return 0;
}

var results = new List<Result>();
foreach (string each in setting == "both" ? (string[])["clean", "contaminated"] : [setting])
{
    Result[] here = Study.Run(sets, each, methods, seeds, maximumTrain, share);
    results.AddRange(here);
    Study.PrintTable(sets, each, methods, here);
}

if (output.Length > 0)
    File.WriteAllLines(output, [Result.Header, .. results.Select(result => result.ToString())]);
foreach (IGrouping<string, Result> each in results.GroupBy(result => result.Setting))
{
    Study.PrintSummary(sets, each.Key, methods, [.. each], seeds);
    Study.PrintPairs(sets, each.Key, methods, [.. each]);
}

return 0;

string Take(string name, string fallback) => arguments.Remove(name, out string? value) ? value : fallback;
