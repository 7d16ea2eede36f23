using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Models;

/// <summary>The ML.NET pipeline of a model: single columns by name in, the flow's columns out. Plain ML.NET loads it.</summary>
internal static class TrainingPipeline
{
    // More values than this would each have a column of the context, and few rows to learn from.
    private const int MaximumContextValues = 100;

    /// <summary>The rows to train on: the columns of those roles.</summary>
    public static TableView Rows(Table table, ColumnRoles roles)
    {
        TableColumn[] numbers = [.. roles.Features, .. roles.ContextNumbers];
        TableColumn[] categories = [.. roles.Categories, .. roles.ContextCategories];
        string[] cells =
        [
            .. numbers.Select(column => Sql.Number(column, table.DecimalComma)),
            .. categories.Select(Sql.Category),
        ];
        DataViewSchema schema = TableView.SchemaOf(
            [.. numbers.Select(column => (column.Name, true)), .. categories.Select(column => (column.Name, false))]);
        return new TableView(schema, () => table.Read(cells));
    }

    /// <summary>What comes before the flow.</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="table">The rows, for messages.</param>
    /// <param name="roles">Their columns.</param>
    /// <param name="features">The column that the features are put together in.</param>
    /// <param name="context">The column that the context is put together in.</param>
    /// <param name="fillGaps">Whether missing numbers are replaced by the column's mean.</param>
    public static EstimatorChain<ITransformer> Preparation(
        MLContext mlContext, Table table, ColumnRoles roles, string features, string context, bool fillGaps)
    {
        var chain = new EstimatorChain<ITransformer>();
        string[] numbers = [.. roles.Features.Concat(roles.ContextNumbers).Select(column => column.Name)];
        if (fillGaps && numbers.Length > 0)
        {
            chain = chain.Append<ITransformer>(mlContext.Transforms.ReplaceMissingValues(
                [.. numbers.Select(name => new InputOutputColumnPair(name, name))],
                MissingValueReplacingEstimator.ReplacementMode.Mean));
        }

        var given = roles.ContextNumbers.Select(column => column.Name).ToList();
        foreach (TableColumn column in roles.ContextCategories)
        {
            RequireFewValues(table, column);
            chain = chain.Append<ITransformer>(mlContext.Transforms.Categorical.OneHotEncoding(column.Name));
            given.Add(column.Name);
        }

        if (given.Count > 0)
            chain = chain.Append<ITransformer>(mlContext.Transforms.Concatenate(context, [.. given]));
        if (roles.Features.Count > 0)
        {
            chain = chain.Append<ITransformer>(
                mlContext.Transforms.Concatenate(features, [.. roles.Features.Select(column => column.Name)]));
        }

        return chain;
    }

    /// <summary>A name that no column of the table has.</summary>
    public static string FreeName(Table table, string name)
    {
        while (table.Columns.Any(column => column.Name == name))
            name += " of the model";
        return name;
    }

    private static void RequireFewValues(Table table, TableColumn column)
    {
        if (table.Values(Sql.Category(column), MaximumContextValues + 1).Count > MaximumContextValues)
        {
            throw new InputException(
                $"Column '{column.Name}' of {table.Name} has more than {MaximumContextValues} values, too many for --context. "
                + "Group them, or leave --context out so that they join the density.");
        }
    }
}
