using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections;

/// <summary>A smooth invertible map of R^d onto itself, in the data-to-latent direction z = f(x). Immutable and
/// thread-safe.</summary>
/// <remarks>
/// Value and log-determinant come from one call, so no second path can disagree. A block and a single row give the same bits:
/// both sum in the same order (columns ascending) with fused multiply-adds. What is virtual has a default that is right and slow:
/// overridden where it was measured to matter, or where the inverse is known.
/// </remarks>
internal abstract class Bijection
{
    protected Bijection(int dimension) => Dimension = dimension;

    public int Dimension { get; }

    /// <summary>Scratch columns that <see cref="Forward(RowBlock)"/> needs behind the block's own; and scratch floats, per row,
    /// likewise.</summary>
    public virtual int ScratchColumns => 0;

    /// <summary>Columns of the context that it reads: those of the whole flow, or 0 where it reads none.</summary>
    public virtual int ContextColumns => 0;

    /// <summary>The kind written to model files; never changes once released.</summary>
    public abstract BijectionKind Kind { get; }

    /// <summary>Overwrites the block's points x with f(x) and adds log|det df/dx| to its LogDet.</summary>
    public abstract void Forward(RowBlock block);

    /// <summary>Overwrites the point x (length d) with f(x) and returns log|det df/dx|; the same bits as in a block.</summary>
    /// <remarks>By default through a block of one row.</remarks>
    /// <param name="row">The point, in a 64-byte-aligned workspace.</param>
    public virtual float Forward(RowWorkspace row)
    {
        RowBlock block = row.Block(ScratchColumns);
        for (int d = 0; d < Dimension; d++)
            block.Values[d * RowBlock.Rows] = row.Values[d];
        block.LogDet.Clear();
        Forward(block);
        for (int d = 0; d < Dimension; d++)
            row.Values[d] = block.Values[d * RowBlock.Rows];
        return block.LogDet[0];
    }

    /// <summary>Overwrites the block's points z with x = f^-1(z), in double precision, and adds log|det dx/dz| to its
    /// LogDet.</summary>
    /// <remarks>By default by Newton's method on the forward pass, to its single precision
    /// (<see cref="NewtonInverse"/>).</remarks>
    public virtual void Inverse(DoubleBlock block) => new NewtonInverse(this).Run(block);

    /// <summary>Carries a gradient back from z to x: overwrites g = dL/dz with dL/dx, where L counts log|det df/dx| as
    /// well.</summary>
    /// <param name="input">The points x, with this bijection's scratch columns; scratch may be overwritten, points are
    /// not.</param>
    /// <param name="gradient">[d] columns of gradient, with as much scratch as <paramref name="input"/>.</param>
    public abstract void Backward(RowBlock input, RowBlock gradient);

    /// <summary>Writes the parameters; <see cref="BijectionReader"/> reads them back bit for bit.</summary>
    public abstract void Write(ModelWriter writer);
}
