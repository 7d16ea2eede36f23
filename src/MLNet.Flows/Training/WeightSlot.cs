namespace MLNet.Flows.Training;

/// <summary>Where the training loop keeps copies of an engine's state.</summary>
internal enum WeightSlot
{
    /// <summary>The last state known to be finite.</summary>
    LastGood,

    /// <summary>The state with the best validation log-likelihood.</summary>
    Best,
}
