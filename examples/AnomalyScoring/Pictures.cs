using Microsoft.ML;
using MLNet.Flows;

namespace AnomalyScoring;

/// <summary>What a person would look at: how the log-likelihoods lie, the two curves, and what makes the strangest rows
/// strange.</summary>
internal static class Pictures
{
    public static string Draw(
        string set,
        PlanarFlowTransformer model,
        LabeledData data,
        IDataView scored,
        FlowMetrics metrics,
        IEnumerable<int> strangest)
    {
        string folder = Directory.CreateDirectory(Path.Combine("pictures", "AnomalyScoring")).FullName;
        scored.PlotLogLikelihood().SavePng(File("log-likelihood"), 700, 450);
        metrics.PlotRoc().SavePng(File("roc"), 500, 450);
        metrics.PlotPrecisionRecall().SavePng(File("precision-recall"), 500, 450);
        int rank = 0;
        foreach (int i in strangest)
        {
            rank++;
            model.Explain(data.TestRows[i].Features, 8, data.FeatureNames)
                .PlotContributions($"Strangest row {rank}: what adds to its score")
                .SavePng(File($"strangest-{rank}"), 800, 400);
        }

        return folder;

        string File(string name) => Path.Combine(folder, $"{set}-{name}.png");
    }
}
