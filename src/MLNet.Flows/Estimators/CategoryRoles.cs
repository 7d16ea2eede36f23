namespace MLNet.Flows.Estimators;

/// <summary>Categorical columns that are named for something else too.</summary>
internal static class CategoryRoles
{
    /// <summary>One fault for each such column: what else it is, and what to do.</summary>
    public static IEnumerable<string> Faults(FlowOptions options)
    {
        string[] categories = options.CategoricalColumnNames ?? [];
        foreach (string twice in categories.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key))
            yield return $"CategoricalColumnNames names '{twice}' more than once. Name each column once.";
        (string Option, string? Name, string Remedy)[] others =
        [
            (nameof(options.FeatureColumnName), options.FeatureColumnName,
                "Numbers that measure something are features; take other columns out of the features and name those, as text or "
                + "keys."),
            (nameof(options.ContextColumnName), options.ContextColumnName,
                "What rows are given is no part of their density: take it out of CategoricalColumnNames, or leave the context "
                + "away."),
            (nameof(options.ExampleWeightColumnName), options.ExampleWeightColumnName, "Take it out of either."),
        ];
        foreach ((string option, string? name, string remedy) in others)
        {
            if (name is not null && categories.Contains(name))
                yield return $"CategoricalColumnNames names '{name}', which {option} names too. {remedy}";
        }
    }
}
