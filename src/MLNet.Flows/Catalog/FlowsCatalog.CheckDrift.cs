using Microsoft.ML;
using MLNet.Flows.Monitoring;
using MLNet.Flows.Transformers;

namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>Compares rows with those that a model's p-values rank among: whether they still come from there, how many alarm,
    /// and which features' contributions moved.</summary>
    /// <remarks>Scores are compared by the two-sample test of Kolmogorov and Smirnov, given a context as they are ranked: less
    /// what is usual there. Features are compared with rows drawn from the flow, 256 of each at most, by integrated gradients. A
    /// flow that few rows were ranked for finds large drifts only. For rows that come one by one there is
    /// <see cref="DriftMonitor"/>.</remarks>
    /// <param name="model">A flow or a chain that ends in one, fitted or loaded.</param>
    /// <param name="rows">The model's input: 20 rows or more.</param>
    /// <param name="significance">There is drift where the test's significance is below this, in (0, 1); default 0.01.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">The model holds no flow, a column is missing or of another type or size than in
    /// training, or fewer than 20 rows have a score.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The significance is outside (0, 1).</exception>
    /// <exception cref="InvalidOperationException">The model was trained on contaminated rows and not recalibrated
    /// since.</exception>
    /// <example>
    /// <code>
    /// DriftReport report = mlContext.Flows.CheckDrift(model, today);
    /// Console.WriteLine($"drift: {report.IsDrift}, {report.AlarmRate:P1} alarms, most moved: {report.Features[0].Name}");
    /// </code>
    /// </example>
    public DriftReport CheckDrift(ITransformer model, IDataView rows, double significance = 0.01)
    {
        ArgumentNullException.ThrowIfNull(rows);
        FlowChain chain = FlowChain.Of(model);
        return significance is > 0 and < 1
            ? DriftCheck.Run(chain.Flow, chain.Prepare(rows), significance)
            : throw new ArgumentOutOfRangeException(
                nameof(significance),
                significance,
                $"The significance is {significance}, but it is between 0 and 1. Set 0.01 for a false report in a hundred.");
    }
}
