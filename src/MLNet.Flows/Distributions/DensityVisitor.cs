using MLNet.Flows.Bijections;

namespace MLNet.Flows.Distributions;

/// <summary>Walks the parts of a density in the order in which scoring meets them; what a visitor does not override is passed
/// over.</summary>
/// <remarks>Columns first, then the chain: its bijections from data to latent, then its base, or a mixture's members one after
/// another, each a chain again; the quantiles of a fitted flow last. The flows of a consensus follow each
/// other. For whatever must know all parts, such as an exporter, and nothing about how they are nested.</remarks>
internal abstract class DensityVisitor
{
    /// <summary>Which columns vary, and how the others are distributed.</summary>
    public virtual void Visit(ColumnPartition columns)
    {
    }

    /// <summary>The next map on the way to the latent.</summary>
    public virtual void Visit(Bijection bijection)
    {
    }

    /// <summary>What follows until <see cref="Leave"/> belongs to one of a mixture's members, which have equal shares.</summary>
    /// <param name="member">Counted from 0.</param>
    /// <param name="members">How many there are.</param>
    public virtual void Enter(int member, int members)
    {
    }

    public virtual void Leave()
    {
    }

    /// <summary>What follows until <see cref="LeaveFlow"/> belongs to one flow of a consensus. Not called where there is one flow
    /// alone.</summary>
    /// <param name="flow">Counted from 0.</param>
    /// <param name="flows">How many there are.</param>
    public virtual void EnterFlow(int flow, int flows)
    {
    }

    public virtual void LeaveFlow()
    {
    }

    /// <summary>The distribution of latent points at the end of a chain.</summary>
    public virtual void Visit(Distribution baseDistribution)
    {
    }

    /// <summary>What p-values are read from.</summary>
    public virtual void Visit(LikelihoodQuantiles quantiles)
    {
    }
}
