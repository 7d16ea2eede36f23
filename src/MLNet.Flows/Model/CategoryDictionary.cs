using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Model;

/// <summary>The values that one categorical column had in training, numbered from 1 in the order in which they came.</summary>
/// <remarks>Grows while training rows are read; afterwards it is read only, by many threads.</remarks>
internal sealed class CategoryDictionary
{
    private const int ValueBytes = 120;
    private readonly Dictionary<string, int> _ofTexts = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ofSpans;
    private readonly Dictionary<ulong, int> _ofKeys = [];
    private readonly List<string> _texts = [];
    private readonly List<ulong> _keys = [];

    /// <param name="name">What the column is called in explanations.</param>
    public CategoryDictionary(string name)
    {
        Name = name;
        _ofSpans = _ofTexts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Name { get; }

    /// <summary>Values, missing not counted.</summary>
    public int Count => _texts.Count;

    /// <summary>The code of a text.</summary>
    /// <param name="text">Empty for missing; what no file can hold is coded as the <see cref="CategoryText"/> that is
    /// saved.</param>
    /// <param name="learn">Whether a new one joins the dictionary.</param>
    public int Code(ReadOnlySpan<char> text, bool learn)
    {
        if (text.IsEmpty)
            return CategoryCode.Missing;
        if (_ofSpans.TryGetValue(text, out int code))
            return code;
        if (!CategoryText.IsWellFormed(text))
            return Code(CategoryText.WellFormed(text), learn);
        if (!learn)
            return CategoryCode.Unseen;
        string value = text.ToString();
        _texts.Add(value);
        return _ofTexts[value] = _texts.Count;
    }

    /// <summary>The code of a key.</summary>
    /// <param name="key">From 1 on; 0 for missing.</param>
    /// <param name="nameOf">What a key stands for, asked of those that are new; null to learn none.</param>
    public int Code(ulong key, Func<ulong, string>? nameOf)
    {
        if (key == 0)
            return CategoryCode.Missing;
        if (_ofKeys.TryGetValue(key, out int code))
            return code;
        if (nameOf is null)
            return CategoryCode.Unseen;
        _texts.Add(CategoryText.WellFormed(nameOf(key)));
        _keys.Add(key);
        return _ofKeys[key] = _texts.Count;
    }

    /// <summary>A code's text, or what a key stands for; "" for missing.</summary>
    public string Text(int code) => code == CategoryCode.Missing ? "" : _texts[code - 1];

    /// <summary>A code's key; 0 for missing.</summary>
    public ulong Key(int code) => code == CategoryCode.Missing ? 0 : _keys[code - 1];

    /// <summary>A code in words.</summary>
    public string Describe(int code) => code switch
    {
        CategoryCode.Missing => "missing",
        CategoryCode.Unseen => "unknown",
        _ => _texts[code - 1],
    };

    public void Write(ModelWriter writer)
    {
        writer.Write(Name);
        writer.Write(Count);
        foreach (string text in _texts)
            writer.Write(text);
        foreach (ulong key in _keys)
        {
            writer.Write((int)(key >> 32));
            writer.Write((int)key);
        }
    }

    /// <param name="reader">The file.</param>
    /// <param name="keyCount">Of the column's key type; 0 for text.</param>
    public static CategoryDictionary Read(ModelReader reader, ulong keyCount)
    {
        var dictionary = new CategoryDictionary(reader.ReadString());
        int count = reader.ReadInt32();
        reader.Check(count >= 0, $"{count} values of a category");
        reader.CheckRemaining((long)count * sizeof(int));
        reader.Reserve((long)count * ValueBytes);
        var texts = new string[count];
        for (int i = 0; i < count; i++)
            texts[i] = reader.ReadString();
        for (int i = 0; i < count; i++)
        {
            string text = texts[i];
            ulong key = keyCount == 0 ? 0 : ((ulong)(uint)reader.ReadInt32() << 32) | (uint)reader.ReadInt32();
            int code = keyCount == 0 ? dictionary.Code(text, learn: true) : dictionary.Code(key, _ => text);
            reader.Check(code == i + 1 && key <= keyCount, $"the value '{text}' of a category twice, or none");
        }

        return dictionary;
    }
}
