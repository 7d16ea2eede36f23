using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace MLNet.Flows.Transformers;

/// <summary>Stub.</summary>
public sealed class PlanarFlowTransformer : ITransformer
{
    internal PlanarFlowTransformer(IHostEnvironment env, FlowModel model) => throw new NotImplementedException();

    internal FlowModel Model => throw new NotImplementedException();

    /// <summary>Stub.</summary>
    public bool IsRowToRowMapper => throw new NotImplementedException();

    /// <summary>Stub.</summary>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => throw new NotImplementedException();

    /// <summary>Stub.</summary>
    public Microsoft.ML.Data.IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotImplementedException();

    /// <summary>Stub.</summary>
    public IDataView Transform(IDataView input) => throw new NotImplementedException();

    /// <summary>Stub.</summary>
    public void Save(ModelSaveContext ctx) => throw new NotImplementedException();
}
