using MLNet.Flows;

namespace Microsoft.ML;

/// <summary>Makes normalizing flows part of <see cref="MLContext"/>: <c>mlContext.Flows</c> is a
/// <see cref="FlowsCatalog"/>.</summary>
public static class FlowsExtensions
{
    extension(MLContext mlContext)
    {
        /// <summary>Normalizing flows: exact densities on a feature column, for anomaly scoring.</summary>
        public FlowsCatalog Flows => new(mlContext);
    }
}
