namespace MLNet.Flows.Training;

/// <summary>How many rows of a stream a fit keeps, and the seed that decides which.</summary>
/// <param name="Rows">At most; null for the default.</param>
/// <param name="Seed">Of the fit.</param>
internal readonly record struct RowLimit(int? Rows, int Seed)
{
    // docs/scale.md has what held-out likelihood and ranks gain by more rows: next to nothing from here on.
    private const int DefaultRows = 1_000_000;
    private const int DefaultValues = 100_000_000;

    /// <summary>Rows at most: by default 1,000,000, and of wide ones no more than hold 100,000,000 values.</summary>
    /// <param name="columns">Values per row.</param>
    public int Of(int columns) => Rows ?? Math.Min(DefaultRows, Math.Max(DefaultValues / Math.Max(columns, 1), 1));
}
