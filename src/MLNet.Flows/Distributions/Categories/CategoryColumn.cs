using System.Numerics.Tensors;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions.Categories;

/// <summary>The shares of one column's values within each component of a mixture, kept sparse.</summary>
/// <remarks>
/// 1. With n_k[v] the rows of component k that have the value v, n_k all of its rows and b the shares of values among all rows,
///    theta_k[v] = (n_k[v] + A b[v]) / (n_k + A): what A further rows like all others would make of its counts.
/// 2. log theta_k[v] = log b[v] + log(A / (n_k + A)) + log(1 + n_k[v] / (A b[v])). The last term, the gain, is 0 where the value
///    does not occur in the component: those are left out, so that a column takes memory by what occurs.
/// 3. What did not occur at all, any unseen value together and missing ones if there were none, has one share u outside of the
///    components, which take (1 - u) each: shares add up to 1 over values, missing and unseen.
/// </remarks>
internal sealed class CategoryColumn
{
    private readonly float[] _logShares;
    private readonly float[] _logSmoothing;
    private readonly int[] _starts;
    private readonly int[] _components;
    private readonly float[] _gains;
    private readonly float _logSeen;
    private readonly Lazy<CategoryDraw> _draw;

    /// <param name="logShares">[codes], of all rows, or <see cref="CategoryBackground.Absent"/>.</param>
    /// <param name="logSmoothing">[M], log(A / (n_k + A)).</param>
    /// <param name="starts">[codes + 1], where the gains of each code begin.</param>
    /// <param name="components">[gains], the component of each, ascending for a code.</param>
    /// <param name="gains">[gains], above 0.</param>
    /// <param name="logUnseen">log u.</param>
    /// <param name="meetsNewValues">Whether unseen values are nothing strange.</param>
    public CategoryColumn(
        float[] logShares, float[] logSmoothing, int[] starts, int[] components, float[] gains, float logUnseen,
        bool meetsNewValues)
    {
        (_logShares, _logSmoothing, _starts, _components, _gains) = (logShares, logSmoothing, starts, components, gains);
        (LogUnseen, MeetsNewValues) = (logUnseen, meetsNewValues);
        int outside = Occurs(CategoryCode.Missing) ? 1 : 2;
        _logSeen = (float)Math.Log(1 - outside * Math.Exp(logUnseen));
        _draw = new Lazy<CategoryDraw>(() => new CategoryDraw(logShares, logSmoothing, starts, components, gains));
    }

    /// <summary>M.</summary>
    public int Components => _logSmoothing.Length;

    /// <summary>Codes, missing included.</summary>
    public int Codes => _logShares.Length;

    /// <summary>Gains that are kept.</summary>
    public int Gains => _gains.Length;

    /// <summary>log u, what an unseen value counts.</summary>
    public float LogUnseen { get; }

    /// <summary>Whether unseen values are nothing strange.</summary>
    public bool MeetsNewValues { get; }

    private bool Occurs(int code) => code >= 0 && _logShares[code] != CategoryBackground.Absent;

    /// <summary>Fits the shares to the components' rows.</summary>
    /// <param name="shares">Of the rows.</param>
    /// <param name="codes">[n, columns].</param>
    /// <param name="column">Which of those.</param>
    /// <param name="background">Over rows that include these.</param>
    /// <param name="leastSmoothing">A at least.</param>
    public static CategoryColumn Fit(
        ComponentShares shares, CodeMatrix codes, int column, CategoryBackground background, double leastSmoothing = 0)
    {
        float[] logShares = background.LogShares[column];
        (int[] rowStarts, int[] order) = shares.ByCode(codes, column, logShares.Length);
        var found = new CategoryCounts(shares, rowStarts, order);
        double smoothing = Math.Max(found.Smoothing(logShares), leastSmoothing);
        var gains = new float[found.Counts.Length];
        for (int code = 0; code < logShares.Length; code++)
        {
            for (int i = found.Starts[code]; i < found.Starts[code + 1]; i++)
                gains[i] = (float)Math.Log(1 + found.Counts[i] / (smoothing * Math.Exp(logShares[code])));
        }

        return new CategoryColumn(
            logShares, Array.ConvertAll(shares.Totals, total => (float)Math.Log(smoothing / (total + smoothing))), found.Starts,
            found.Components, gains, (float)-Math.Log(2 * (background.Rows + 1)), background.MeetsNewValues[column]);
    }

    /// <summary>Adds the logarithm of the code's share in every component.</summary>
    /// <param name="code">A code, or <see cref="CategoryCode.Unseen"/>.</param>
    /// <param name="logShares">[M].</param>
    /// <param name="common">What all components have in common.</param>
    public void AddLogShares(int code, Span<float> logShares, ref float common)
    {
        if (!Occurs(code))
        {
            common += LogUnseen;
            return;
        }

        common += _logSeen + _logShares[code];
        TensorPrimitives.Add(logShares, _logSmoothing, logShares);
        for (int i = _starts[code]; i < _starts[code + 1]; i++)
            logShares[_components[i]] += _gains[i];
    }

    /// <summary>[M], the code that each component has most of.</summary>
    public int[] Modes()
    {
        int commonest = 0;
        for (int code = 1; code < Codes; code++)
            commonest = Occurs(code) && (!Occurs(commonest) || _logShares[code] > _logShares[commonest]) ? code : commonest;
        var modes = new int[Components];
        var highest = new float[Components];
        Array.Fill(modes, commonest);
        Array.Fill(highest, _logShares[commonest]);
        for (int code = 0; code < Codes; code++)
        {
            for (int i = _starts[code]; i < _starts[code + 1]; i++)
            {
                float logShare = _logShares[code] + _gains[i];
                if (logShare > highest[_components[i]])
                    (modes[_components[i]], highest[_components[i]]) = (code, logShare);
            }
        }

        return modes;
    }

    /// <summary>Draws a code of a component; never an unseen one.</summary>
    public int Draw(int component, RandomStream random) => _draw.Value.Draw(component, random);

    /// <summary>The column of some of the components.</summary>
    /// <param name="kept">Ascending.</param>
    public CategoryColumn Take(int[] kept)
    {
        var place = new int[Components];
        Array.Fill(place, -1);
        for (int i = 0; i < kept.Length; i++)
            place[kept[i]] = i;
        var starts = new int[_starts.Length];
        var components = new List<int>();
        var gains = new List<float>();
        for (int code = 0; code < Codes; code++)
        {
            for (int i = _starts[code]; i < _starts[code + 1]; i++)
            {
                if (place[_components[i]] < 0)
                    continue;
                components.Add(place[_components[i]]);
                gains.Add(_gains[i]);
            }

            starts[code + 1] = gains.Count;
        }

        return new CategoryColumn(
            _logShares, Array.ConvertAll(kept, m => _logSmoothing[m]), starts, [.. components], [.. gains], LogUnseen,
            MeetsNewValues);
    }

    /// <summary>The same shares but for what unseen values count.</summary>
    public CategoryColumn WithUnseen(float logUnseen) =>
        new(_logShares, _logSmoothing, _starts, _components, _gains, logUnseen, MeetsNewValues);

    public void Write(ModelWriter writer)
    {
        writer.Write(Codes);
        writer.Write(Gains);
        writer.Write(LogUnseen);
        writer.Write(MeetsNewValues);
        writer.Write(_logShares);
        writer.Write(_logSmoothing);
        for (int code = 0; code < Codes; code++)
            writer.Write(_starts[code + 1] - _starts[code]);
        foreach (int component in _components)
            writer.Write(component);
        writer.Write(_gains);
    }

    /// <param name="reader">The file.</param>
    /// <param name="components">M.</param>
    public static CategoryColumn Read(ModelReader reader, int components)
    {
        int codes = reader.ReadInt32(), count = reader.ReadInt32();
        reader.Check(codes >= 1 && count >= 0, $"{codes} codes of a category with {count} gains");
        float logUnseen = reader.ReadSingle();
        reader.Check(logUnseen < -0.7f && float.IsFinite(logUnseen), $"the log-share {logUnseen} of unseen values");
        bool meetsNewValues = reader.ReadBoolean();
        reader.Reserve(((codes + (long)count) * 2 + components) * sizeof(float));
        float[] logShares = reader.ReadFiniteSingles(codes), logSmoothing = reader.ReadFiniteSingles(components);
        reader.Check(
            Array.TrueForAll(logShares, each => each is <= 1e-6f or CategoryBackground.Absent)
            && Array.Exists(logShares, each => each != CategoryBackground.Absent)
            && Array.TrueForAll(logSmoothing, each => each <= 0),
            "a share of a category's values above 1, or none");
        reader.CheckRemaining(((long)codes + 2L * count) * sizeof(int));
        var starts = new int[codes + 1];
        for (int code = 0; code < codes; code++)
        {
            int own = reader.ReadInt32();
            reader.Check(own >= 0 && own <= count - starts[code], $"{own} gains of a code");
            starts[code + 1] = starts[code] + own;
        }

        reader.Check(starts[codes] == count, $"{count} gains, of which codes have {starts[codes]}");
        var place = new int[count];
        for (int i = 0; i < count; i++)
        {
            place[i] = reader.ReadInt32();
            reader.Check(place[i] >= 0 && place[i] < components, $"a gain of component {place[i]}");
        }

        float[] gains = reader.ReadFiniteSingles(count);
        reader.Check(Array.TrueForAll(gains, gain => gain >= 0), "a gain below 0");
        return new CategoryColumn(logShares, logSmoothing, starts, place, gains, logUnseen, meetsNewValues);
    }
}
