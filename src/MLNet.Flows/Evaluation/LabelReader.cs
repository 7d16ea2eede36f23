using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Evaluation;

/// <summary>Reads a label column of any usual type as "is an anomaly", or null where the label is missing.</summary>
internal static class LabelReader
{
    public static Func<bool?> Create(DataViewRowCursor cursor, DataViewSchema.Column column, string? anomalyKeyValue)
    {
        if (anomalyKeyValue is not null && column.Type is not KeyDataViewType)
            throw new ArgumentException(
                $"An anomaly key value '{anomalyKeyValue}' was given, but column '{column.Name}' is {column.Type}, not a key. "
                + "Leave it out.");

        if (column.Type is BooleanDataViewType)
        {
            ValueGetter<bool> getter = cursor.GetGetter<bool>(column);
            return () =>
            {
                bool value = false;
                getter(ref value);
                return value;
            };
        }

        if (column.Type == NumberDataViewType.Single)
        {
            ValueGetter<float> getter = cursor.GetGetter<float>(column);
            return () =>
            {
                float value = 0;
                getter(ref value);
                return float.IsNaN(value) ? null : value > 0;
            };
        }

        if (column.Type is KeyDataViewType key)
        {
            ulong anomaly = AnomalyKey(column, key, anomalyKeyValue);
            Func<ulong> read = KeyGetter(cursor, column, key);
            return () => read() switch { 0 => null, ulong value => value == anomaly };
        }

        throw new ArgumentException(
            $"Column '{column.Name}' is {column.Type}, but a label is Boolean, Single (above 0 = anomaly) or a key. Convert "
            + "it, for example with mlContext.Transforms.Conversion.ConvertType.");
    }

    /// <summary>Which labels of the column mean anomaly, as half a sentence.</summary>
    public static string Rule(DataViewSchema.Column column) => column.Type switch
    {
        KeyDataViewType when Names(column) is [_, string second] => $"The second value, '{second}', means anomaly",
        KeyDataViewType => "the second value, or the one given as anomalyKeyValue, means anomaly",
        BooleanDataViewType => "true means anomaly",
        _ => "a label above 0 means anomaly",
    };

    private static ulong AnomalyKey(DataViewSchema.Column column, KeyDataViewType key, string? anomalyKeyValue)
    {
        if (anomalyKeyValue is null)
        {
            return key.Count == 2
                ? 2ul
                : throw new ArgumentException(
                    $"Key column '{column.Name}' has {key.Count} values, so which one means anomaly is open. Give "
                    + "anomalyKeyValue.");
        }

        if (Names(column) is not { } values)
        {
            // As in the class that the rows came from and in the type's own text: keys count from 0 there, from 1 in a cursor.
            return ulong.TryParse(anomalyKeyValue, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
                && number < key.Count
                ? number + 1
                : throw new ArgumentException(
                    $"Key column '{column.Name}' carries no text key values to find '{anomalyKeyValue}' among. Give the key's "
                    + $"number, from 0 to {key.Count - 1}.");
        }

        int index = Array.IndexOf(values, anomalyKeyValue);
        return index >= 0
            ? (ulong)index + 1
            : throw new ArgumentException(
                $"Key column '{column.Name}' has no value '{anomalyKeyValue}'; its values are "
                + $"{string.Join(", ", values.Take(20).Select(v => $"'{v}'"))}.");
    }

    // The key's values where they are texts.
    private static string[]? Names(DataViewSchema.Column column)
    {
        DataViewSchema.Column? keyValues = column.Annotations.Schema.GetColumnOrNull("KeyValues");
        if (keyValues is not { Type: VectorDataViewType { ItemType: TextDataViewType } })
            return null;
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetKeyValues(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static Func<ulong> KeyGetter(DataViewRowCursor cursor, DataViewSchema.Column column, KeyDataViewType key)
    {
        if (key.RawType == typeof(byte))
            return Read<byte>(value => value);
        if (key.RawType == typeof(ushort))
            return Read<ushort>(value => value);
        return key.RawType == typeof(uint) ? Read<uint>(value => value) : Read<ulong>(value => value);

        Func<ulong> Read<T>(Func<T, ulong> widen)
            where T : struct
        {
            ValueGetter<T> getter = cursor.GetGetter<T>(column);
            return () =>
            {
                T value = default;
                getter(ref value);
                return widen(value);
            };
        }
    }
}
