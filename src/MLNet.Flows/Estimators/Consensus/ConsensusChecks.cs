using System.Globalization;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;

namespace MLNet.Flows.Estimators.Consensus;

/// <summary>What members of one consensus must have in common.</summary>
internal static class ConsensusChecks
{
    /// <param name="name">Of the estimator, in messages.</param>
    /// <param name="options">Of the consensus.</param>
    /// <param name="members">As given.</param>
    /// <exception cref="ArgumentException">There is no member or one is null, members read other columns or name columns of
    /// their own to write, or options are out of range; all faults are listed.</exception>
    public static void Run(string name, ConsensusOptions options, FlowEstimator?[] members)
    {
        var faults = new OptionFaults();
        if (members.Length is 0 or > RowDensity.MaximumFlows)
        {
            faults.Add(
                $"There are {members.Length} members, but a consensus has 1 to {RowDensity.MaximumFlows}. Pass flows, for "
                + "example mlContext.Flows.PlanarFlow() and mlContext.Flows.Nice().");
        }

        if (members.Contains(null))
            faults.Add($"Member {Array.IndexOf(members, null) + 1} is null. Pass flows only.");
        faults.ThrowIfAny(name);

        FlowOptions[] all = Array.ConvertAll(members, member => member!.Fitting.Options);
        for (int m = 0; m < all.Length; m++)
        {
            CheckRead(faults, all, m, "FeatureColumnName", each => each.FeatureColumnName);
            CheckRead(faults, all, m, "CategoricalColumnNames", each => each.CategoricalColumnNames is []
                ? null
                : string.Join("', '", each.CategoricalColumnNames));
            CheckRead(faults, all, m, "ContextColumnName", each => each.ContextColumnName);
            CheckRead(faults, all, m, "ExampleWeightColumnName", each => each.ExampleWeightColumnName);
            CheckLimit(faults, all, m);
            CheckWritten(faults, all[m], Name(all, m));
        }

        if (all.Sum(each => each.ShareOfTables) > 1)
        {
            faults.Add(
                "Members have more planar layers than a saved model may hold: NumberOfMembers times the square of "
                + "NumberOfLayers, added up, is at most 16,777,216. Take fewer of either.");
        }

        options.Check(
            faults,
            [
                all[0].FeatureColumnName,
                all[0].ContextColumnName,
                all[0].ExampleWeightColumnName,
                .. all[0].CategoricalColumnNames,
            ]);
        int other = Array.FindIndex(all, each => each.AlarmRate != all[0].AlarmRate);
        if (options.FalseAlarmRate is null && other > 0)
        {
            faults.Add(FormattableString.Invariant(
                $"FalseAlarmRate is not set, but {Name(all, 0)} would alarm at {all[0].AlarmRate} and {Name(all, other)} at ")
                + FormattableString.Invariant($"{all[other].AlarmRate}. Set FalseAlarmRate in the options of the consensus."));
        }

        faults.ThrowIfAny(name);
    }

    /// <summary>A member in messages, such as "member 2 (Nice)".</summary>
    public static string Name(FlowOptions[] all, int member) => $"member {member + 1} ({all[member].FlowName})";

    private static void CheckRead(
        OptionFaults faults, FlowOptions[] all, int member, string option, Func<FlowOptions, string?> column)
    {
        if (column(all[member]) != column(all[0]))
        {
            faults.Add(
                $"{option} is {Quoted(column(all[0]))} for {Name(all, 0)} but {Quoted(column(all[member]))} for "
                + $"{Name(all, member)}. Members of a consensus score the same columns: give them the same name.");
        }

        static string Quoted(string? name) => name is null ? "not set" : $"'{name}'";
    }

    private static void CheckLimit(OptionFaults faults, FlowOptions[] all, int member)
    {
        if (all[member].MaximumTrainingRows == all[0].MaximumTrainingRows)
            return;
        faults.Add(
            $"MaximumTrainingRows is {Said(all[0])} for {Name(all, 0)} but {Said(all[member])} for {Name(all, member)}. Members "
            + "of a consensus are trained on the same rows: give them the same number.");

        static string Said(FlowOptions options) =>
            options.MaximumTrainingRows?.ToString(CultureInfo.InvariantCulture) ?? "not set";
    }

    private static void CheckWritten(OptionFaults faults, FlowOptions member, string name)
    {
        FlowColumnNames names = member.ColumnNames, defaults = new();
        if (names.Latent is string latent)
        {
            faults.Add(
                $"LatentColumnName is '{latent}' for {name}, but flows of a consensus have no latent in common. Leave it null, "
                + "or append the flow by itself.");
        }

        (string Option, string? Name, string? Default)[] written =
        [
            ("LogLikelihoodColumnName", names.LogLikelihood, defaults.LogLikelihood),
            ("ScoreColumnName", names.Score, defaults.Score),
            ("PValueColumnName", names.PValue, defaults.PValue),
            ("PredictedLabelColumnName", names.PredictedLabel, defaults.PredictedLabel),
            ("FeatureContributionsColumnName", names.FeatureContributions, defaults.FeatureContributions),
        ];
        foreach ((string option, string? given, string? standard) in written)
        {
            if (given != standard)
            {
                faults.Add(
                    $"{option} is '{given}' for {name}, but the columns that are written are the consensus's. Set it in the "
                    + "options of the consensus instead.");
            }
        }
    }
}
