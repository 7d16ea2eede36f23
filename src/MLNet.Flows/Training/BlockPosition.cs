namespace MLNet.Flows.Training;

/// <summary>Where a block stands in a training.</summary>
/// <param name="Step">The optimizer's step; -1 outside of steps, where rows are only evaluated.</param>
/// <param name="FirstRow">The place of its first row in the batch.</param>
internal readonly record struct BlockPosition(int Step, int FirstRow);
