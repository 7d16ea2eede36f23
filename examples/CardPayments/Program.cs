// Does this payment make sense? Amount and hour are numbers; shop, country and how the card was read are categories. A density of
// all of them finds frauds whose every value is ordinary; the truth is known. The first argument is the folder for pictures.
using System.Globalization;
using CardPayments;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows;
using ScottPlot;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = args.Length > 0 ? args[0] : Path.Combine("pictures", "CardPayments");
Directory.CreateDirectory(folder);
var mlContext = new MLContext(seed: 1);
Payment[] honest = PaymentModel.Draw(10_000, seed: 1), clean = PaymentModel.Draw(5_000, seed: 2);
Payment[] payments = PaymentModel.WithFrauds(PaymentModel.Draw(10_000, seed: 3), share: 0.01, seed: 4);
IDataView train = mlContext.Data.LoadFromEnumerable(honest), test = mlContext.Data.LoadFromEnumerable(payments);

var options = new PlanarFlowEstimator.Options
{
    CategoricalColumnNames = ["Merchant", "Country", "Entry"],
    Seed = 1,
};
ITransformer flow = mlContext.Transforms.Concatenate("Features", "LogAmount", "Hour")
    .Append(mlContext.Flows.PlanarFlow(options)).Fit(train);
ITransformer oneHot = mlContext.Transforms.Concatenate("Features", "LogAmount", "Hour", "OneHot")
    .Append(mlContext.Flows.PlanarFlow()).Fit(train);
ITransformer alone = mlContext.Transforms.Concatenate("Features", "LogAmount", "Hour")
    .Append(mlContext.Flows.PlanarFlow()).Fit(train);

float[] likelihoods = [.. flow.Transform(mlContext.Data.LoadFromEnumerable(clean)).GetColumn<float>("LogLikelihood")];
Console.WriteLine(
    $"Mean log-likelihood of honest payments: {likelihoods.Average(l => (double)l):F3} nats, by the truth "
    + $"{clean.Average(payment => payment.Truth):F3}");
Console.WriteLine($"Categories in the density: {mlContext.Flows.Evaluate(flow.Transform(test))}");
Console.WriteLine($"One-hot among features:    {mlContext.Flows.Evaluate(oneHot.Transform(test))}");
Console.WriteLine($"Amount and hour alone:     {mlContext.Flows.Evaluate(alone.Transform(test))}");

float[] pValues = [.. flow.Transform(test).GetColumn<float>("PValue")];
int found = Array.FindIndex(payments, 0, payment => payment.Label && payment.Merchant == "food");
Payment fraud = payments[found];
Console.WriteLine(
    $"Payment {found}: {Math.Exp(fraud.LogAmount):F0} at {fraud.Hour:F1} h, p-value {pValues[found]:0.####}, because of");
IReadOnlyList<FeatureContribution> why = mlContext.Flows.Explain(flow, fraud, 5);
foreach (FeatureContribution part in why)
{
    string instead = part.Category is null ? "" : $", {part.ReferenceCategory} would be likely";
    Console.WriteLine($"  {part.Name}: {part.Contribution:F1} nats{instead}");
}

var stranger = new Payment { LogAmount = 3.5f, Hour = 17, Merchant = "lottery", Country = "home", Entry = "chip" };
Console.WriteLine($"A shop that was never seen: {mlContext.Flows.Explain(flow, stranger, 1)[0].Name}");

DrawPayments(Path.Combine(folder, "payments.png"));
DrawCombinations(Path.Combine(folder, "combinations.png"));
Console.WriteLine($"Pictures are in {Path.GetFullPath(folder)}");

// Frauds lie where payments do; and why one of them alarms.
void DrawPayments(string path)
{
    var panels = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Columns() };
    panels.AddPlots(2);
    Plot plot = panels.GetPlot(0);
    Mark(payments.Where(payment => !payment.Label).Take(3000), Colors.LightGray, "honest", 3);
    Mark(payments.Where((payment, i) => payment.Label && pValues[i] < 0.01), Colors.Red, "fraud that alarms", 7);
    Mark(payments.Where((payment, i) => payment.Label && pValues[i] >= 0.01), Colors.Blue, "fraud that does not", 7);
    plot.Title("Amount and hour of a fraud are ordinary");
    plot.XLabel("hour");
    plot.YLabel("log of the amount");
    plot.ShowLegend(Alignment.UpperLeft);

    Plot bars = panels.GetPlot(1);
    for (int i = 0; i < why.Count; i++)
    {
        var bar = bars.Add.Bar(why.Count - i, why[i].Contribution);
        bar.Horizontal = true;
        bar.Color = Colors.SteelBlue;
    }

    bars.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
        [.. Enumerable.Range(0, why.Count).Select(i => (double)(why.Count - i))], [.. why.Select(part => part.Name)]);
    bars.Axes.Left.MinimumSize = 110;
    bars.Title($"Why payment {found} alarms");
    bars.XLabel("added to the Score, nats");
    panels.SavePng(path, 1100, 450);

    void Mark(IEnumerable<Payment> some, Color color, string legend, float size)
    {
        Payment[] all = [.. some];
        var marks = plot.Add.Markers(
            all.Select(each => (double)each.Hour).ToArray(), all.Select(each => (double)each.LogAmount).ToArray());
        (marks.Color, marks.LegendText, marks.MarkerSize) = (color, legend, size);
    }
}

// How often shop and entry go together: in training, in rows drawn from the flow, and where alarms are raised.
void DrawCombinations(string path)
{
    IDataView drawn = mlContext.Flows.Sample(flow, rows: 10_000, seed: 1);
    string[] shops = [.. drawn.GetColumn<string>("Merchant")], entries = [.. drawn.GetColumn<string>("Entry")];
    Payment[] alarms = [.. payments.Where((_, i) => pValues[i] < 0.01)];
    var panels = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Columns() };
    panels.AddPlots(3);
    Draw(0, "Honest payments, %", honest.Select(each => (each.Merchant, each.Entry)));
    Draw(1, "Drawn from the flow, %", shops.Zip(entries));
    Draw(2, "Alarms, %", alarms.Select(each => (each.Merchant, each.Entry)));
    panels.SavePng(path, 1200, 420);

    void Draw(int panel, string title, IEnumerable<(string Shop, string Entry)> pairs)
    {
        (string Shop, string Entry)[] all = [.. pairs];
        string[] rows = PaymentModel.Merchants, columns = PaymentModel.Entries;
        var cells = new double[rows.Length, columns.Length];
        foreach ((string shop, string entry) in all)
            cells[Array.IndexOf(rows, shop), Array.IndexOf(columns, entry)] += 100.0 / all.Length;
        Plot plot = panels.GetPlot(panel);
        var map = plot.Add.Heatmap(cells);
        map.Colormap = new ScottPlot.Colormaps.Viridis();
        for (int r = 0; r < rows.Length; r++)
        {
            for (int c = 0; c < columns.Length; c++)
            {
                var text = plot.Add.Text($"{cells[r, c]:0.0}", c, rows.Length - 1 - r);
                Color color = cells[r, c] > 0.7 * cells.Cast<double>().Max() ? Colors.Black : Colors.White;
                (text.LabelFontColor, text.LabelAlignment) = (color, Alignment.MiddleCenter);
            }
        }

        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
            [.. Enumerable.Range(0, rows.Length).Select(i => (double)(rows.Length - 1 - i))], rows);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
            [.. Enumerable.Range(0, columns.Length).Select(i => (double)i)], columns);
        plot.Title(title);
    }
}
