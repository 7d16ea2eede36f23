using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>What one caller needs to score with a <see cref="FlowDensity"/>: a block and a single row, with scratch. Not
/// thread-safe.</summary>
internal sealed class FlowWorkspace(FlowDensity density, SimdWidth? width = null)
{
    private RowBlock? _block;
    private RowWorkspace? _row;

    /// <summary>64 lanes, for telling which rows are finite.</summary>
    public AlignedBuffer Finite { get; } = new(RowBlock.Rows);

    /// <summary>Where the rows are left as they are after loading, before the flow changes them; null for nowhere.</summary>
    public LoadedRows? Loaded { get; set; }

    public RowBlock Block => _block ??= new RowBlock(
        density.Columns.ActiveColumns.Length, density.ScratchColumns, width, density.ContextColumns, density.CategoryColumns);

    public RowWorkspace Row => _row ??= new RowWorkspace(
        density.Columns.ActiveColumns.Length, density.ScratchColumns, width, density.ContextColumns, density.CategoryColumns);
}
