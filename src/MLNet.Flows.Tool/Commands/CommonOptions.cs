using System.CommandLine;

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

    public static Option<int> Seed(string description) =>
        new("--seed") { Description = description, DefaultValueFactory = _ => 1 };

    /// <summary>A whole number of at least 1.</summary>
    public static Option<int> Count(string name, string description, int byDefault)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => byDefault };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out int value) && value < 1)
                result.AddError($"{name} is {value}, but it is 1 or more.");
        });
        return option;
    }

    /// <summary>A number between two others.</summary>
    public static Option<double?> Share(string name, string description, double lowest, double highest)
    {
        var option = new Option<double?>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && double.TryParse(result.Tokens[0].Value, out double value)
                && !(value >= lowest && value <= highest))
                result.AddError($"{name} is {value}, but it is from {lowest} to {highest}.");
        });
        return option;
    }
}
