using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Model;

namespace MLNet.Flows.Schema;

/// <summary>What the keys of a column stand for, as texts that do not depend on the culture.</summary>
internal abstract class KeyNames
{
    private const string Kind = "KeyValues";

    /// <summary>Stands for no value that training had.</summary>
    private const ulong UnseenKey = ulong.MaxValue;

    private static readonly (DataKind Kind, PrimitiveDataViewType Type)[] Numbers =
    [
        (DataKind.SByte, NumberDataViewType.SByte), (DataKind.Byte, NumberDataViewType.Byte),
        (DataKind.Int16, NumberDataViewType.Int16), (DataKind.UInt16, NumberDataViewType.UInt16),
        (DataKind.Int32, NumberDataViewType.Int32), (DataKind.UInt32, NumberDataViewType.UInt32),
        (DataKind.Int64, NumberDataViewType.Int64), (DataKind.UInt64, NumberDataViewType.UInt64),
        (DataKind.Single, NumberDataViewType.Single), (DataKind.Double, NumberDataViewType.Double),
    ];

    /// <summary>Of numbers their type, else String.</summary>
    public DataKind Values { get; private init; }

    /// <summary>Null where it is not known.</summary>
    public static KeyNames? Of(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(Kind)?.Type is not VectorDataViewType { IsKnownSize: true } type)
            return null;
        Type raw = type.ItemType.RawType;
        return (KeyNames)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(raw), column.Annotations)!;
    }

    /// <summary>The name of a key; its number where it has none.</summary>
    /// <param name="key">From 1 on.</param>
    public abstract string NameOf(ulong key);

    /// <summary>Finds the keys of training by their names, where the same numbers stand for others.</summary>
    /// <param name="trained">The column in training.</param>
    /// <returns>[keys + 1], the key in training that stands for the same, or none of its keys; null where numbers are the
    /// same.</returns>
    /// <exception cref="ArgumentException">Two keys of training have one name.</exception>
    public ulong[]? Renumbered(CategoricalSource trained)
    {
        if (Array.TrueForAll(trained.Slots, IsSame))
            return null;
        var keys = new Dictionary<string, ulong>();
        foreach (CategoryDictionary slot in trained.Slots)
        {
            for (int code = 1; code <= slot.Count; code++)
            {
                string name = slot.Text(code);
                ulong key = slot.Key(code);
                if (!keys.TryAdd(name, key) && keys[name] != key)
                    throw new ArgumentException(
                        $"The keys of column '{trained.Name}' do not stand for the values that they stood for in training, and "
                        + $"cannot be found by name: '{name}' was both {keys[name]} and {key}. Map the column with the "
                        + "MapValueToKey that was fitted in training: append the flow to it, so that both are one model.");
            }
        }

        var found = new ulong[trained.Keys!.Count + 1];
        for (ulong key = 1; key <= trained.Keys.Count; key++)
            found[key] = keys.GetValueOrDefault(NameOf(key), UnseenKey);
        return found;
    }

    /// <summary>Gives keys that are drawn the values that they stood for in training: numbers in their type, all else as
    /// text.</summary>
    /// <param name="builder">Of a key column's annotations.</param>
    /// <param name="source">What the keys were in training; those that no row had stand for the type's missing value.</param>
    public static void Add(DataViewSchema.Annotations.Builder builder, CategoricalSource source)
    {
        if (source.Keys is not CategoryKeys { Values: DataKind values } keys)
            return;
        (DataKind _, PrimitiveDataViewType? number) = Array.Find(Numbers, each => each.Kind == values);
        var texts = new string[keys.Count];
        foreach (CategoryDictionary slot in source.Slots)
        {
            for (int code = 1; code <= slot.Count; code++)
                texts[slot.Key(code) - 1] = slot.Text(code);
        }

        if (number is null)
            NameAnnotations.Add(builder, Kind, TextDataViewType.Instance, Array.ConvertAll(texts, text => text.AsMemory()));
        else
            ((NumberKeyValues)Activator.CreateInstance(typeof(NumberKeyValues<>).MakeGenericType(number.RawType))!)
                .Add(builder, number, texts);
    }

    private bool IsSame(CategoryDictionary slot) =>
        Enumerable.Range(1, slot.Count).All(code => NameOf(slot.Key(code)) == slot.Text(code));

    private sealed class Typed<T> : KeyNames
    {
        private readonly VBuffer<T> _values;

        public Typed(DataViewSchema.Annotations annotations)
        {
            annotations.GetValue(Kind, ref _values);
            Values = Array.Find(Numbers, each => each.Type.RawType == typeof(T)).Kind is > 0 and DataKind kind
                ? kind
                : DataKind.String;
        }

        public override string NameOf(ulong key)
        {
            string? name = key <= (ulong)_values.Length ? Text(_values.GetItemOrDefault((int)key - 1)) : null;
            return string.IsNullOrEmpty(name) ? $"{key}" : name;
        }

        private static string? Text(T value) => value switch
        {
            ReadOnlyMemory<char> text => CategoryText.WellFormed(text.Span),
            IFormattable number => number.ToString(format: null, CultureInfo.InvariantCulture),
            _ => value?.ToString(),
        };
    }

    private abstract class NumberKeyValues
    {
        public abstract void Add(DataViewSchema.Annotations.Builder builder, PrimitiveDataViewType type, string[] texts);
    }

    private sealed class NumberKeyValues<T> : NumberKeyValues
        where T : unmanaged, System.Numerics.INumber<T>
    {
        public override void Add(DataViewSchema.Annotations.Builder builder, PrimitiveDataViewType type, string[] texts) =>
            NameAnnotations.Add(builder, Kind, type, Array.ConvertAll(texts, Number));

        private static T Number(string text) => T.TryParse(text, NumberStyles.Any, CultureInfo.InvariantCulture, out T number)
            ? number
            : T.CreateSaturating(double.NaN);
    }
}
