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

    /// <param name="row">The row, with the columns active, at the places where they are bound.</param>
    /// <param name="columns">The columns.</param>
    public CategoryReader(DataViewRow row, BoundCategory[] columns)
    {
        _sources = Array.ConvertAll(columns, column => Source.Create(row, column));
        Count = columns.Sum(column => column.Source.Slots.Length);
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

    private abstract class Source(DataViewRow row, BoundCategory bound)
    {
        public CategoryDictionary[] Slots => bound.Source.Slots;

        public static Source Create(DataViewRow row, BoundCategory bound)
        {
            if (bound.Source.Keys is null)
                return new Texts(row, bound);
            DataViewType type = bound.Column.Type;
            Type raw = type is VectorDataViewType vector ? vector.ItemType.RawType : type.RawType;
            return (Source)Activator.CreateInstance(typeof(Keys<>).MakeGenericType(raw), row, bound)!;
        }

        public abstract void Read(Span<int> codes, bool learn);

        // ML.NET reads a single key beyond its type's values as missing, but passes those of vectors as they are.
        protected ulong TrainedKey(ulong key, int slot)
        {
            if (key > bound.Source.Keys!.Count)
                throw new ArgumentException(
                    $"Column '{bound.Column.Name}' holds the key {key} in slot {slot} of row {row.Position}, but its type "
                    + $"promises keys of 1 to {bound.Source.Keys.Count}, and 0 for missing. Give no others, or a key type of "
                    + "more values.");
            return bound.TrainedKeys is ulong[] trained ? trained[key] : key;
        }

        protected void CheckLength(int length)
        {
            if (length != Slots.Length)
                throw FeatureColumn.WrongLength(
                    bound.Column.Name, length, Slots.Length, row.Position, "with empty text or the key 0 for missing ones");
        }
    }

    private sealed class Texts : Source
    {
        private readonly ValueGetter<ReadOnlyMemory<char>>? _readOne;
        private readonly ValueGetter<VBuffer<ReadOnlyMemory<char>>>? _readMany;
        private ReadOnlyMemory<char> _one;
        private VBuffer<ReadOnlyMemory<char>> _many;

        public Texts(DataViewRow row, BoundCategory bound)
            : base(row, bound)
        {
            DataViewSchema.Column column = row.Schema[bound.Column.Index];
            if (bound.Source.IsVector)
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

        public Keys(DataViewRow row, BoundCategory bound)
            : base(row, bound)
        {
            DataViewSchema.Column column = row.Schema[bound.Column.Index];
            if (bound.Source.IsVector)
                _readMany = row.GetGetter<VBuffer<T>>(column);
            else
                _readOne = row.GetGetter<T>(column);
            _nameOf = key => bound.Names?.NameOf(key) ?? $"{key}";
        }

        public override void Read(Span<int> codes, bool learn)
        {
            Func<ulong, string>? nameOf = learn ? _nameOf : null;
            if (_readOne is not null)
            {
                Unsafe.SkipInit(out T one);
                _readOne(ref one);
                codes[0] = Slots[0].Code(TrainedKey(ulong.CreateTruncating(one), slot: 0), nameOf);
                return;
            }

            _readMany!(ref _many);
            CheckLength(_many.Length);
            codes.Clear();
            foreach (KeyValuePair<int, T> each in _many.Items())
                codes[each.Key] = Slots[each.Key].Code(TrainedKey(ulong.CreateTruncating(each.Value), each.Key), nameOf);
        }
    }
}
