using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Rows as they are in a block after loading: columns, standardized. The flows of one training standardize alike, and
/// the rows of the first serve them all.</summary>
/// <param name="dimension">d.</param>
internal sealed class LoadedRows(int dimension)
{
    private readonly AlignedBuffer _values = new(dimension * RowBlock.Rows);
    private readonly AlignedBuffer _finite = new(RowBlock.Rows);
    private float _logDet;

    /// <summary>Takes them from a block.</summary>
    /// <param name="block">After loading.</param>
    /// <param name="finite">[64], which rows are finite.</param>
    public void From(RowBlock block, AlignedBuffer finite)
    {
        block.Values.Span[.._values.Length].CopyTo(_values.Span);
        finite.Span.CopyTo(_finite.Span);
        _logDet = block.LogDet[0];
    }

    /// <summary>Puts them into a block.</summary>
    /// <param name="block">Its LogDet is set.</param>
    /// <param name="finite">[64], receives which rows are finite.</param>
    public void Into(RowBlock block, AlignedBuffer finite)
    {
        _values.Span.CopyTo(block.Values.Span);
        _finite.Span.CopyTo(finite.Span);
        block.LogDet.Span.Fill(_logDet);
    }
}
