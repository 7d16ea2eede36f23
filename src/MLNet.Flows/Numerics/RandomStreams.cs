namespace MLNet.Flows.Numerics;

/// <summary>What a fit draws random numbers for: each use has a stream of its own, so that none depends on how often another was
/// drawn from.</summary>
internal static class RandomStreams
{
    /// <summary>Points that are drawn for their own sake, outside of training.</summary>
    public const ulong Draws = 0;

    /// <summary>Where the bijections' parameters start; in a variational fit also every step's draws.</summary>
    public const ulong Bijections = 1;

    /// <summary>Where the base distribution's parameters start.</summary>
    public const ulong Base = 2;

    /// <summary>The order of rows in an epoch.</summary>
    public const ulong Batches = 3;

    /// <summary>Noise on the inputs.</summary>
    public const ulong Noise = 4;

    /// <summary>Which rows validate.</summary>
    public const ulong Validation = 5;

    /// <summary>Which part of the rows a row is left out with.</summary>
    public const ulong Folds = 6;

    /// <summary>Which columns a part of a flow acts on.</summary>
    public const ulong Columns = 7;

    /// <summary>The rows of each step where a base is fitted by itself.</summary>
    public const ulong BaseBatches = 8;

    /// <summary>The seeds of flows that are trained for one detector.</summary>
    public const ulong Members = 9;

    /// <summary>Which rows of a long stream are kept.</summary>
    public const ulong Reservoir = 10;

    /// <summary>The first of the streams of samples, one a batch.</summary>
    public const ulong Samples = 1000;

    /// <summary>The first of the streams of flow matching, one a step and block.</summary>
    public const ulong Matching = 1ul << 63;
}
