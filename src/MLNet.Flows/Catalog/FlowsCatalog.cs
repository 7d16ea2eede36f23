using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace MLNet.Flows;

/// <summary>Normalizing flows: exact densities on a feature column, for anomaly scoring, as ML.NET estimators.</summary>
/// <remarks>From C# 14, <c>mlContext.Flows</c>; from other languages, <c>new FlowsCatalog(mlContext)</c>.</remarks>
public sealed partial class FlowsCatalog
{
    private readonly MLContext _mlContext;

    /// <summary>Opens the catalog on a context, whose seed, log and cancellation the flows use.</summary>
    /// <param name="mlContext">The context.</param>
    /// <example>
    /// <code>
    /// var flows = new FlowsCatalog(mlContext);                    // what mlContext.Flows is from C# 14 on
    /// PlanarFlowTransformer model = flows.PlanarFlow().Fit(data);
    /// </code>
    /// </example>
    public FlowsCatalog(MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        _mlContext = mlContext;
    }

    internal IHostEnvironment Environment => _mlContext;
}
