using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>Makes log-likelihoods given different contexts comparable: less what is usual given the context, in units of how much
/// they usually differ there.</summary>
/// <remarks>Without it, rows of contexts in which rows spread widely would raise all alarms.</remarks>
internal sealed class ConditionalRanking
{
    private readonly Coupling<AffineMap> _map;

    /// <param name="mean">Of log-likelihoods, in nats.</param>
    /// <param name="scale">Of log-likelihoods, in nats, positive.</param>
    /// <param name="map">From standardized log-likelihoods to what is ranked; one column, none passive.</param>
    public ConditionalRanking(float mean, float scale, Coupling<AffineMap> map) => (Mean, Scale, _map) = (mean, scale, map);

    public float Mean { get; }

    public float Scale { get; }

    /// <summary>From standardized log-likelihoods to what is ranked.</summary>
    public Coupling<AffineMap> Map => _map;

    /// <summary>What one caller needs to rank. Not thread-safe.</summary>
    public RowWorkspace CreateWorkspace() =>
        new(1, _map.ScratchColumns, contextLength: _map.ContextColumns);

    /// <summary>The log-likelihood as a number of standard deviations, within the standardized range.</summary>
    public static float Standardize(float logLikelihood, float mean, float scale) =>
        (float)Math.Clamp(((double)logLikelihood - mean) / scale, -ValueLimit.Largest, ValueLimit.Largest);

    /// <summary>What p-values rank instead of a log-likelihood; NaN of NaN.</summary>
    /// <param name="logLikelihood">In nats.</param>
    /// <param name="workspace">Whose context is set to the row's, standardized.</param>
    public float Rank(float logLikelihood, RowWorkspace workspace)
    {
        if (float.IsNaN(logLikelihood))
            return float.NaN;
        workspace.Values[0] = Standardize(logLikelihood, Mean, Scale);
        _map.Forward(workspace);
        return workspace.Values[0];
    }

    public void Write(ModelWriter writer)
    {
        writer.Write(Mean);
        writer.Write(Scale);
        Bijections.BijectionReader.Write(_map, writer);
    }

    /// <param name="reader">The file.</param>
    /// <param name="context">Columns of the context that it must read.</param>
    public static ConditionalRanking Read(ModelReader reader, int context)
    {
        float mean = reader.ReadSingle(), scale = reader.ReadSingle();
        reader.Check(float.IsFinite(mean) && scale > 0 && float.IsFinite(scale), $"a ranking by {mean} and {scale}");
        Bijections.Bijection map = Bijections.BijectionReader.Read(reader);
        reader.Check(
            map is Coupling<AffineMap> && map.Dimension == 1 && map.ContextColumns == context,
            $"a ranking by {map.Kind} of dimension {map.Dimension} that reads {map.ContextColumns} columns of context");
        return new ConditionalRanking(mean, scale, (Coupling<AffineMap>)map);
    }
}
