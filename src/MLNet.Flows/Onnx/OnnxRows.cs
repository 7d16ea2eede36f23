namespace MLNet.Flows.Onnx;

/// <summary>A batch of rows on its way through a flow in an ONNX graph: what a block is to the kernels.</summary>
/// <param name="x">[n, d], the points; null where d is 0.</param>
/// <param name="zero">[n, 1] of zeros.</param>
/// <param name="context">[n, context columns], standardized; null where rows are given nothing.</param>
/// <param name="categories">Per categorical column Int64 [n, 1], what <see cref="CategoryGraph"/> looks up.</param>
internal sealed class OnnxRows(OnnxValue? x, OnnxValue zero, OnnxValue? context, OnnxValue[] categories)
{
    private OnnxValue? _x = x;
    private OnnxValue? _logDet;
    private double _constantLogDet;

    /// <summary>[n, d].</summary>
    public OnnxValue X
    {
        get => _x ?? throw new InvalidOperationException("Rows of no column have no points.");
        set => _x = value;
    }

    /// <summary>[n, 1] of zeros.</summary>
    public OnnxValue Zero => zero;

    /// <summary>[n, context columns], standardized.</summary>
    public OnnxValue Context =>
        context ?? throw new InvalidOperationException("The rows are given nothing, but a part of the flow reads a context.");

    public OnnxValue[] Categories => categories;

    /// <summary>The same points, with log-determinants of their own.</summary>
    public OnnxRows Copy() => new(_x, zero, context, categories);

    /// <param name="logDet">[n, 1].</param>
    public void AddLogDet(OnnxValue logDet) => _logDet = _logDet is OnnxValue sum ? sum + logDet : logDet;

    /// <summary>The same for all rows.</summary>
    public void AddLogDet(double logDet) => _constantLogDet += logDet;

    /// <summary>[n, 1]: a log-density with the log-determinants so far.</summary>
    public OnnxValue WithLogDet(OnnxValue logProb)
    {
        OnnxValue constant = _constantLogDet == 0 ? logProb : logProb + (float)_constantLogDet;
        return _logDet is OnnxValue sum ? constant + sum : constant;
    }
}
