using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Schema;

namespace MLNet.Flows.Training;

/// <summary>The usable training rows of a data view: features, context, categories and example weights, read in
/// one pass.</summary>
internal sealed class TrainingRows
{
    private const int FewestEffectiveRows = 20;

    // At most so many rows are read after a cancellation.
    private const int RowsBetweenCheckpoints = 64;

    private TrainingRows(
        FeatureMatrix features, FeatureMatrix? context, TrainingCategories? categories, float[] weights, long skipped)
    {
        Features = features;
        Context = context;
        Categories = categories;
        Weights = weights;
        Skipped = skipped;
    }

    /// <summary>[n, d]; every value is finite.</summary>
    public FeatureMatrix Features { get; }

    /// <summary>[n, context columns]; every value is finite. Null where there is no context column.</summary>
    public FeatureMatrix? Context { get; }

    /// <summary>The rows' categories; null where no column is categorical.</summary>
    public TrainingCategories? Categories { get; }

    /// <summary>[n], positive, of mean 1; empty when there is no weight column, or all weights are equal.</summary>
    public float[] Weights { get; }

    /// <summary>Rows left out: a feature, the context or the weight is missing or infinite.</summary>
    public long Skipped { get; }

    /// <summary>Reads the rows; those with a missing or infinite value are skipped with one warning, those of weight 0
    /// without.</summary>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a weight is negative.</exception>
    /// <exception cref="InvalidOperationException">No row is usable.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <param name="data">The rows.</param>
    /// <param name="featureColumnName">Null where all columns are categorical.</param>
    /// <param name="contextColumnName">Null for none.</param>
    /// <param name="weightColumnName">Null for none.</param>
    /// <param name="limit">How many rows are kept.</param>
    /// <param name="host">For warnings and cancellation.</param>
    /// <param name="categoricalColumnNames">None by default.</param>
    public static TrainingRows Read(
        IDataView data,
        string? featureColumnName,
        string? contextColumnName,
        string? weightColumnName,
        RowLimit limit,
        FlowHost host,
        params string[] categoricalColumnNames)
    {
        (DataViewSchema.Column Column, int Size)? feature =
            featureColumnName is null ? null : FeatureColumn.Bind(data.Schema, featureColumnName);
        int dimension = feature?.Size ?? 0;
        (DataViewSchema.Column Column, int Size)? context =
            contextColumnName is null ? null : FeatureColumn.Bind(data.Schema, contextColumnName, "context");
        DataViewSchema.Column? weight = weightColumnName is null ? null : FeatureColumn.BindWeight(data.Schema, weightColumnName);

        BoundCategory[] categorical =
            Array.ConvertAll(categoricalColumnNames, name => CategoricalColumn.Bind(data.Schema, name));

        CategoricalSource[] sources = Array.ConvertAll(categorical, each => each.Source);
        var kept = new KeptRows(dimension, context?.Size, sources, weight is not null, limit);
        DataViewSchema.Column?[] wanted =
            [feature?.Column, context?.Column, weight, .. categorical.Select(each => (DataViewSchema.Column?)each.Column)];
        long rows = 0, skipped = 0, withoutWeight = 0;
        using (DataViewRowCursor cursor = data.GetRowCursor(wanted.OfType<DataViewSchema.Column>()))
        {
            ValueGetter<VBuffer<float>>? readFeatures =
                feature is null ? null : FeatureColumn.Reader(cursor, feature.Value.Column, dimension);
            ValueGetter<VBuffer<float>>? readContext =
                context is null ? null : FeatureColumn.Reader(cursor, context.Value.Column, context.Value.Size);
            ValueGetter<float>? readWeight = weight is null ? null : cursor.GetGetter<float>(weight.Value);
            var readCategories = new CategoryReader(cursor, categorical);
            VBuffer<float> buffer = default, given = default;
            float w = 1;
            while (cursor.MoveNext())
            {
                if (rows++ % RowsBetweenCheckpoints == 0)
                    host.ThrowIfCancelled();
                readFeatures?.Invoke(ref buffer);
                readContext?.Invoke(ref given);
                readWeight?.Invoke(ref w);
                if (w < 0)
                    throw new ArgumentException(
                        $"Column '{weightColumnName}' holds {w} in row {rows - 1}, but an example weight is 0 or more. Use 0 "
                        + "to leave a row out.");
                bool finite = Finite.All(buffer.GetValues()) && Finite.All(given.GetValues());
                if (finite && !(w > 0 && float.IsFinite(w)))
                    withoutWeight++;
                if (!finite || !float.IsFinite(w))
                {
                    skipped++;
                    continue;
                }

                if (w == 0)
                    continue;
                int place = kept.Next(w);
                if (place < 0)
                    continue;
                if (dimension > 0)
                    buffer.CopyTo(kept.Features.Row(place));
                if (kept.Categories is not null)
                    readCategories.Read(kept.Categories.Codes.Row(place), learn: true);
                if (kept.Context is not null)
                    given.CopyTo(kept.Context.Row(place));
            }
        }

        host.ThrowIfCancelled();
        kept.Complete();
        FeatureMatrix matrix = kept.Features;
        if (matrix.RowCount == 0 && withoutWeight > 0)
        {
            throw new InvalidOperationException(
                $"Column '{weightColumnName}' leaves no usable row: of {rows} rows {withoutWeight} have complete features, "
                + "but an "
                + "example weight that is 0, missing or infinite. Give some rows a weight above 0, or leave the column out.");
        }

        if (matrix.RowCount == 0)
        {
            string[] complete = [.. new[] { featureColumnName, contextColumnName }.OfType<string>()];
            throw new InvalidOperationException(
                $"Column '{string.Join("' and '", complete.Length > 0 ? complete : categoricalColumnNames)}' gave no "
                + $"usable row ({rows} rows, {skipped} of them with a missing or infinite "
                + "value). Check the data, or fill gaps with mlContext.Transforms.ReplaceMissingValues.");
        }

        string?[] names = [featureColumnName, contextColumnName, weightColumnName];
        if (skipped > 0)
            host.Warning(
                $"Skipped {skipped} of {rows} rows: a value of column "
                + $"'{string.Join("' or '", names.OfType<string>())}' is missing or infinite.");
        if (kept.IsSample)
        {
            host.Info(string.Create(
                CultureInfo.InvariantCulture,
                $"Training takes a random sample of {matrix.RowCount:N0} of {kept.Offered:N0} usable rows, as many as "
                + $"MaximumTrainingRows lets it keep in memory. docs/scale.md says what more rows are worth."));
        }

        float[] normalized = ExampleWeights.Normalize(kept.Weights.ToArray());
        double? effective = ExampleWeights.EffectiveRows(normalized);
        if (effective < FewestEffectiveRows && matrix.RowCount >= FewestEffectiveRows)
        {
            host.Warning(string.Create(
                CultureInfo.InvariantCulture,
                $"Column '{weightColumnName}' leaves {effective:F1} rows of {matrix.RowCount} in effect, as few rows have "
                + $"nearly all of the weight: the density is theirs. Even the weights out, or leave the column away."));
        }

        return new TrainingRows(matrix, kept.Context, kept.Categories, normalized, skipped);
    }
}
