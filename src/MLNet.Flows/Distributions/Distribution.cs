using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>A base distribution on R^d with a normalized density. Immutable and thread-safe.</summary>
internal abstract class Distribution
{
    protected Distribution(int dimension) => Dimension = dimension;

    public int Dimension { get; }

    /// <summary>Scratch columns (in a block) or scratch floats (for one row) that <c>LogProb</c> needs.</summary>
    public virtual int ScratchColumns => 0;

    /// <summary>Columns of the context that log-densities are given; 0 for none.</summary>
    public virtual int ContextColumns => 0;

    /// <summary>Categorical columns whose shares are part of the density; 0 for none.</summary>
    public virtual int CategoryColumns => 0;

    /// <summary>The kind written to model files; never changes once released.</summary>
    public abstract DistributionKind Kind { get; }

    /// <summary>Sets the block's LogProb to log p(z) in nats, normalizing constant included; the points are left as they
    /// are.</summary>
    public abstract void LogProb(RowBlock block);

    /// <summary>log p(z) in nats of one point; the same bits as in a block.</summary>
    public abstract float LogProb(RowWorkspace row);

    /// <summary>Sets the block's LogProb as <see cref="LogProb(RowBlock)"/> does, and the gradient's columns to d log p(z) /
    /// dz.</summary>
    public abstract void LogProbGradient(RowBlock block, RowBlock gradient);

    /// <summary>The same distribution, where a category's unseen value makes a point less likely than all of a range.</summary>
    /// <param name="range">Between the likeliest and the least likely row, in nats.</param>
    public virtual Distribution WithUnseenBeyond(double range) => this;

    /// <summary>Draws a point (length d).</summary>
    public abstract void Sample(RandomStream random, Span<float> point);

    /// <summary>Fills all lanes of the block with draws, categories included, in double precision: how many of them are wanted
    /// changes none.</summary>
    public virtual void Sample(RandomStream random, DoubleBlock block)
    {
        var point = new float[Dimension];
        for (int r = 0; r < RowBlock.Rows; r++)
        {
            Sample(random, point);
            for (int d = 0; d < point.Length; d++)
                block.Values[d * RowBlock.Rows + r] = point[d];
        }
    }

    public abstract void Write(ModelWriter writer);

    /// <summary>Shows the visitor this distribution, or the parts that it is made of.</summary>
    public virtual void Accept(DensityVisitor visitor) => visitor.Visit(this);
}
