using System.Text;
using System.Text.Json;

namespace Serving;

/// <summary>Reads a request's rows, <c>[[1.5, null, 3], [4, 5, 6]]</c>; null is a missing value.</summary>
internal static class RequestRows
{
    public const int MaximumRows = 10_000;
    public const int MaximumBytes = 4 << 20;

    /// <exception cref="BadHttpRequestException">The body is no such array, or too large.</exception>
    public static async Task<FeatureRow[]> ReadAsync(HttpRequest request, int featureCount)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return Parse(body.GetBuffer().AsSpan(0, (int)body.Length), featureCount);
    }

    /// <exception cref="BadHttpRequestException">It is no array of rows of that length, or there are too many.</exception>
    public static FeatureRow[] Parse(ReadOnlySpan<byte> json, int featureCount)
    {
        if (json.IsEmpty)
            throw Bad($"The body is empty, but it is {Expected(featureCount)}.");
        try
        {
            var reader = new Utf8JsonReader(json);
            FeatureRow[] rows = Rows(ref reader, featureCount);

            // Throws where something follows.
            reader.Read();
            return rows;
        }
        catch (JsonException error)
        {
            throw Bad($"The body is not JSON: {error.Message} It is {Expected(featureCount)}.");
        }
    }

    private static FeatureRow[] Rows(ref Utf8JsonReader reader, int featureCount)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Bad($"The body is {Given(ref reader)}, but it is {Expected(featureCount)}.");
        List<FeatureRow> rows = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw Bad($"Row {rows.Count} (from 0) is {Given(ref reader)}, but the body is {Expected(featureCount)}.");
            if (rows.Count == MaximumRows)
            {
                throw new BadHttpRequestException(
                    $"There are more than {MaximumRows} rows. Send them in several requests.",
                    StatusCodes.Status413PayloadTooLarge);
            }

            rows.Add(Row(ref reader, featureCount, rows.Count));
        }

        return rows.Count > 0 ? [.. rows] : throw Bad($"There are no rows, but the body is {Expected(featureCount)}.");
    }

    private static FeatureRow Row(ref Utf8JsonReader reader, int featureCount, int row)
    {
        var features = new float[featureCount];
        int count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            float value = float.NaN;
            bool isNumber = reader.TokenType == JsonTokenType.Number && reader.TryGetSingle(out value) && float.IsFinite(value);
            if (!isNumber && reader.TokenType != JsonTokenType.Null)
            {
                throw Bad(
                    $"Value {count} of row {row} (both from 0) is {Given(ref reader)}, but it is a number that single precision "
                    + "holds, or null where it is missing.");
            }

            if (count < featureCount)
                features[count] = value;
        }

        return count == featureCount
            ? new FeatureRow { Features = features }
            : throw Bad($"Row {row} (from 0) has {count} values, but the model takes {featureCount}.");
    }

    private static string Expected(int featureCount) => $"a JSON array of rows, each an array of {featureCount} numbers or nulls";

    private static string Given(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => $"the string \"{Start(reader.ValueSpan)}\"",
        _ => Start(reader.ValueSpan),
    };

    // Errors of others' making stay short and in one line.
    private static string Start(ReadOnlySpan<byte> text)
    {
        string start = Encoding.UTF8.GetString(text[..Math.Min(text.Length, 30)]);
        return string.Concat(start.Select(c => char.IsControl(c) ? ' ' : c)) + (text.Length > 30 ? "..." : "");
    }

    private static BadHttpRequestException Bad(string message) => new(message);
}
