using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace MLNet.Flows.Tool.Commands;

/// <summary>What several commands take, worded once.</summary>
internal static class CommonOptions
{
    public static Argument<string> Model() => new("model") { Description = "The model file that train wrote." };

    public static Argument<string[]> Data() => new("data")
    {
        Description = "CSV, TSV or Parquet files, or patterns such as 'day*.csv'; they are read one below the other.",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Option<string> Out(string description) => new("--out", "-o") { Description = description, Required = true };

    public static Option<bool> Force() => new("--force") { Description = "Replace the output if it exists." };

    public static Option<bool> Json() => new("--json") { Description = "Write one JSON object to standard output." };

    public static Option<bool> DecimalComma() =>
        new("--decimal-comma") { Description = "Numbers in text files are written 1,5." };

    public static Option<string?> Label(string description) => new("--label") { Description = description };

    /// <summary>May be given several times.</summary>
    public static Option<string[]> Columns(string name, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => [],
        HelpName = "COLUMN",
    };

    public static Option<string[]> Anomaly() => new("--anomaly")
    {
        Description = "A value of the label that means an anomaly, where it is not 0 and 1 or false and true. Repeatable.",
        DefaultValueFactory = _ => [],
        HelpName = "VALUE",
    };

    public static Option<int> Seed(string description) => new("--seed")
    {
        Description = description,
        DefaultValueFactory = _ => 1,
        CustomParser = result => Whole(result, int.MinValue, "a whole number") ?? 1,
    };

    /// <summary>A whole number of at least 1.</summary>
    public static Option<int> Count(string name, string description, int byDefault) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => Whole(result, 1, "a whole number, 1 or more") ?? byDefault,
    };

    /// <summary>A whole number of at least 1, or none.</summary>
    public static Option<int?> Limit(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Whole(result, 1, "a whole number, 1 or more"),
    };

    /// <summary>A number between two others, or none.</summary>
    public static Option<double?> Share(string name, string description, double lowest, double highest) => new(name)
    {
        Description = description,
        // A comma parts thousands where numbers are read as people write them; 0,05 would be 5.
        CustomParser = result => double.TryParse(
            Given(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value >= lowest && value <= highest
                ? value
                : Refuse(result, FormattableString.Invariant($"a number from {lowest} to {highest}, written as 0.05")),
    };

    private static int? Whole(ArgumentResult result, int lowest, string expected)
    {
        if (int.TryParse(Given(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            && value >= lowest)
            return value;
        Refuse(result, expected);
        return null;
    }

    private static string Given(ArgumentResult result) => result.Tokens.Count > 0 ? result.Tokens[0].Value : "";

    private static double? Refuse(ArgumentResult result, string expected)
    {
        string name = result.Parent is OptionResult option ? option.Option.Name : result.Argument.Name;
        result.AddError($"{name} is {Given(result)}, but it is {expected}.");
        return null;
    }
}
