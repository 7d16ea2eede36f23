using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Model;

namespace MLNet.Flows.Schema;

/// <summary>Reads the codes of a row's categories, of the row that a cursor or an engine is on. Not thread-safe.</summary>
internal sealed class CategoryReader
{
    private readonly Source[] _sources;

    /// <param name="row">The row, with the columns active.</param>
    /// <param name="columns">The columns, in its schema.</param>
    /// <param name="trained">What they are, in the same order.</param>
    public CategoryReader(DataViewRow row, DataViewSchema.Column[] columns, CategoricalSource[] trained)
    {
        _sources = [.. columns.Zip(trained, (column, source) => Source.Create(row, column, source))];
        Count = trained.Sum(source => source.Slots.Length);
    }

    /// <summary>Codes per row.</summary>
    public int Count { get; }

    /// <summary>Reads the row's codes.</summary>
    /// <param name="codes">[Count].</param>
    /// <param name="learn">Whether new values join the dictionaries; else they are unseen.</param>
    /// <exception cref="ArgumentException">A vector has another number of values than its type promises, or a key is beyond
    /// its.</exception>
    public void Read(Span<int> codes, bool learn = false)
    {
        foreach (Source source in _sources)
        {
            source.Read(codes[..source.Slots.Length], learn);
            codes = codes[source.Slots.Length..];
        }
    }

    private abstract class Source(DataViewRow row, DataViewSchema.Column column, CategoricalSource trained)
    {
        public CategoryDictionary[] Slots => trained.Slots;

        public static Source Create(DataViewRow row, DataViewSchema.Column column, CategoricalSource trained)
        {
            if (trained.KeyCount == 0)
                return new Texts(row, column, trained);
            Type raw = column.Type is VectorDataViewType vector ? vector.ItemType.RawType : column.Type.RawType;
            return (Source)Activator.CreateInstance(typeof(Keys<>).MakeGenericType(raw), row, column, trained)!;
        }

        public abstract void Read(Span<int> codes, bool learn);

        // ML.NET reads a single key beyond its type's values as missing, but passes those of vectors as they are.
        protected ulong Checked(ulong key, int slot) => key <= trained.KeyCount
            ? key
            : throw new ArgumentException(
                $"Column '{column.Name}' holds the key {key} in slot {slot} of row {row.Position}, but its type promises keys of 1 "
                + $"to {trained.KeyCount}, and 0 for missing. Give no others, or a key type of more values.");

        protected void CheckLength(int length)
        {
            if (length != Slots.Length)
                throw FeatureColumn.WrongLength(
                    column.Name, length, Slots.Length, row.Position, "with empty text or the key 0 for missing ones");
        }
    }

    private sealed class Texts : Source
    {
        private readonly ValueGetter<ReadOnlyMemory<char>>? _readOne;
        private readonly ValueGetter<VBuffer<ReadOnlyMemory<char>>>? _readMany;
        private ReadOnlyMemory<char> _one;
        private VBuffer<ReadOnlyMemory<char>> _many;

        public Texts(DataViewRow row, DataViewSchema.Column column, CategoricalSource trained)
            : base(row, column, trained)
        {
            if (trained.IsVector)
                _readMany = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column);
            else
                _readOne = row.GetGetter<ReadOnlyMemory<char>>(column);
        }

        public override void Read(Span<int> codes, bool learn)
        {
            if (_readOne is not null)
            {
                _readOne(ref _one);
                codes[0] = Slots[0].Code(_one.Span, learn);
                return;
            }

            _readMany!(ref _many);
            CheckLength(_many.Length);
            codes.Clear();
            foreach (KeyValuePair<int, ReadOnlyMemory<char>> each in _many.Items())
                codes[each.Key] = Slots[each.Key].Code(each.Value.Span, learn);
        }
    }

    private sealed class Keys<T> : Source
        where T : unmanaged, IBinaryInteger<T>
    {
        private readonly ValueGetter<T>? _readOne;
        private readonly ValueGetter<VBuffer<T>>? _readMany;
        private readonly Func<ulong, string> _nameOf;
        private VBuffer<T> _many;

        public Keys(DataViewRow row, DataViewSchema.Column column, CategoricalSource trained)
            : base(row, column, trained)
        {
            if (trained.IsVector)
                _readMany = row.GetGetter<VBuffer<T>>(column);
            else
                _readOne = row.GetGetter<T>(column);
            var names = new Lazy<VBuffer<ReadOnlyMemory<char>>?>(() => Names(column));
            _nameOf = key => names.Value?.GetItemOrDefault((int)key - 1).ToString() is { Length: > 0 } name ? name : $"{key}";
        }

        public override void Read(Span<int> codes, bool learn)
        {
            Func<ulong, string>? nameOf = learn ? _nameOf : null;
            if (_readOne is not null)
            {
                Unsafe.SkipInit(out T one);
                _readOne(ref one);
                codes[0] = Slots[0].Code(Checked(ulong.CreateTruncating(one), slot: 0), nameOf);
                return;
            }

            _readMany!(ref _many);
            CheckLength(_many.Length);
            codes.Clear();
            foreach (KeyValuePair<int, T> each in _many.Items())
                codes[each.Key] = Slots[each.Key].Code(Checked(ulong.CreateTruncating(each.Value), each.Key), nameOf);
        }

        // What keys stand for; null where it is not known, or no text.
        private static VBuffer<ReadOnlyMemory<char>>? Names(DataViewSchema.Column column)
        {
            if (!column.HasKeyValues()
                || column.Annotations.Schema["KeyValues"].Type is not VectorDataViewType { ItemType: TextDataViewType })
                return null;
            VBuffer<ReadOnlyMemory<char>> names = default;
            column.GetKeyValues(ref names);
            return names;
        }
    }
}
