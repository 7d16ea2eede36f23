using System.Text;

namespace MLNet.Flows.Model;

/// <summary>Texts of categories as a model file holds them.</summary>
internal static class CategoryText
{
    /// <summary>The text, with the replacement character U+FFFD for each half of a surrogate pair that stands alone: UTF-8 has no
    /// bytes for it, so that what is learnt would not be what is saved.</summary>
    public static string WellFormed(ReadOnlySpan<char> text) =>
        IsWellFormed(text) ? text.ToString() : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString()));

    /// <summary>Whether no half of a surrogate pair stands alone.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }
}
