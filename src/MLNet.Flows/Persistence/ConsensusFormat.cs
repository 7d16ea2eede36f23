using MLNet.Flows.Distributions;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Persistence;

/// <summary>What a consensus has within a <see cref="FlowModelFormat"/> that a single flow has not.</summary>
/// <remarks>A feature count is not negative, so that a number below 0 in its place says that there are so many flows. Models of a
/// single flow are as they would be without consensuses.</remarks>
internal static class ConsensusFormat
{
    // Where a feature count may be a number of flows.
    private const int FirstVersion = 4;
    private const int MemberBytes = 200;

    /// <param name="density">What is written.</param>
    /// <param name="members">Its flows if it is a consensus, else 0.</param>
    /// <param name="writer">The file.</param>
    public static void Write(RowDensity density, int members, ModelWriter writer)
    {
        if (members > 0)
            writer.Write(-density.Flows.Count);
        foreach (FlowDensity flow in density.Flows)
            flow.Write(writer);
    }

    public static void Write(IReadOnlyList<ConsensusMember> members, ModelWriter writer)
    {
        foreach (ConsensusMember member in members)
        {
            writer.Write(member.Name);
            TrainingHistoryFormat.Write(member.History, writer);
        }
    }

    /// <returns>The density and its flows if it is a consensus, else 0.</returns>
    public static (RowDensity Density, int Members) ReadDensity(ModelReader reader, int version)
    {
        if (version < FirstVersion || reader.PeekInt32() >= 0)
            return (new RowDensity(FlowDensity.Read(reader, version)), 0);
        int marker = reader.ReadInt32();
        reader.Check(marker >= -RowDensity.MaximumFlows, $"a consensus of {-(long)marker} flows");
        var flows = new FlowDensity[-marker];
        for (int m = 0; m < flows.Length; m++)
        {
            flows[m] = FlowDensity.Read(reader, version);
            reader.Check(
                flows[m].FeatureCount == flows[0].FeatureCount
                    && flows[m].ContextColumns == flows[0].ContextColumns
                    && flows[m].CategoryColumns == flows[0].CategoryColumns,
                $"a consensus of flows over {flows[0].FeatureCount} and {flows[m].FeatureCount} features, given "
                + $"{flows[0].ContextColumns} and {flows[m].ContextColumns} columns of context, with "
                + $"{flows[0].CategoryColumns} and {flows[m].CategoryColumns} categories");
        }

        return (new RowDensity(flows), flows.Length);
    }

    /// <param name="reader">The file.</param>
    /// <param name="members">As many as there are.</param>
    /// <param name="version">Of the format.</param>
    public static ConsensusMember[] ReadMembers(ModelReader reader, int members, int version)
    {
        reader.Reserve((long)members * MemberBytes);
        var read = new ConsensusMember[members];
        for (int m = 0; m < members; m++)
        {
            read[m] = new ConsensusMember
            {
                Name = reader.ReadString(),
                History = TrainingHistoryFormat.Read(reader, version),
            };
        }

        return read;
    }
}
