using System.Globalization;
using MLNet.Flows.Tool.Models;

namespace MLNet.Flows.Tool.Reports;

/// <summary>The report as a page.</summary>
internal static class ReportPage
{
    // Of a category or a name beside a bar; all its cells are below in full.
    private const int LongestLabel = 60;

    public static string Of(Report report)
    {
        var page = new Page($"{Path.GetFileName(report.ModelPath)} on {report.DataName}");
        page.Section("In short", ModelCard(report.Model), DataCard(report), MetricsCard(report.Metrics));
        page.Section("Likelihoods and alarms", ReportFigures.LogLikelihoods(report), ReportFigures.PValues(report),
            ReportFigures.Alarms(report));
        if (report.Metrics is { AnomalyCount: > 0 } metrics)
            page.Section("Against labels", ReportFigures.Roc(metrics), ReportFigures.PrecisionRecall(metrics));
        page.Section("The strangest rows", report.Strangest.Rows.Select(RowCard));
        page.Section("Drift", DriftCards(report));
        page.Section("Training", ReportFigures.Training(report.Model));
        return page.ToString();
    }

    private static string ModelCard(ModelSummary model) => "<h3>Model</h3>" + Page.Table(
        [
            ("Flow", model.FlowWords),
            .. Names("Numbers", model.Numbers),
            .. Names("Categories", model.Categories),
            .. Names("Given", model.Context),
            ("Rows trained on", Count(model.RowsTrained)),
            ("Left out for gaps", Count(model.RowsLeftOut)),
            ("False-alarm rate", Page.Number(model.FalseAlarmRate, "P2")),
        ]);

    private static string DataCard(Report report) => "<h3>Rows</h3>" + Page.Table(
        ("Rows", Count(report.Data.Rows)),
        ("Alarms", $"{Count(report.Data.Alarms)} ({Page.Number((double)report.Data.Alarms / report.Data.Rows, "P2")})"),
        ("Rows with gaps", Count(report.Data.Unscored)),
        ("Mean log-likelihood", $"{Page.Number(report.Data.MeanLogLikelihood, "F3")} nats"),
        ("Of the training rows", report.Training is null
            ? "not given (--train)"
            : $"{Page.Number(report.Training.MeanLogLikelihood, "F3")} nats"));

    private static string MetricsCard(FlowMetrics? metrics) => "<h3>Against labels</h3>" + (metrics is null
        ? "<p>There are no labels: give their column by --label.</p>"
        : Page.Table(
            ("Anomalies, normal rows", $"{Count(metrics.AnomalyCount)}, {Count(metrics.NormalCount)}"),
            ("Area under the ROC curve", Page.Number(metrics.AreaUnderRocCurve, "F4")),
            ("Average precision", Page.Number(metrics.AveragePrecision, "F4")),
            ("Anomalies that alarm", Page.Number(metrics.Recall, "P2")),
            ("Normal rows that alarm", Page.Number(metrics.FalseAlarmRate, "P2")),
            ("Alarms that are anomalies", Page.Number(metrics.Precision, "P2"))));

    private static string RowCard(StrangeRow row)
    {
        string alarm = row.Alarm ? " <span class=\"alarm\">alarm</span>" : "";
        string heading = string.Create(
            CultureInfo.InvariantCulture, $"Row {row.Row}: score {row.Score:F2}, p-value {row.PValue:G3}");
        string bars = Page.Bars(row.Contributions.Select(part => (
            part.Category is null
                ? string.Create(CultureInfo.InvariantCulture, $"{Short(part.Name)} = {part.Value:G6}")
                : Short(part.Name),
            (double)part.Contribution,
            string.Create(CultureInfo.InvariantCulture, $"{part.Contribution:F2} nats; likely: {Likely(part)}"))));
        string cells = Page.Table(row.Values.Select(cell => (cell.Key, cell.Value ?? "")));
        return $"<h3>{Page.Text(heading)}{alarm}</h3>{bars}<details><summary>all its cells</summary>{cells}</details>";
    }

    private static IEnumerable<string> DriftCards(Report report)
    {
        if (report.Drift is not { } drift)
            return [$"<p>{Page.Text(report.WithoutDrift!)}</p>"];
        string features = "<h3>What moved</h3>" + Page.Bars(drift.Features.Take(10).Select(feature => (
            feature.Name,
            feature.StandardErrors,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{feature.MeanContribution:F2} nats, expected {feature.ExpectedContribution:F2}: {feature.StandardErrors:F1}"))))
            + "<p class=\"note\">What each column adds to the score on average, beside rows drawn from the model, in standard "
            + "errors.</p>";
        return [ReportFigures.Drift(drift), features];
    }

    private static IEnumerable<(string, string)> Names(string title, IReadOnlyList<string> names) =>
        names.Count == 0 ? [] : [(title, string.Join(", ", names))];

    private static string Likely(FeatureContribution part) =>
        part.ReferenceCategory is string category ? Short(category) : part.Reference.ToString("G4", CultureInfo.InvariantCulture);

    private static string Short(string text) =>
        new StringInfo(text) is { LengthInTextElements: > LongestLabel } characters
            ? characters.SubstringByTextElements(0, LongestLabel) + "…"
            : text;

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
