// Is this load odd for this hour? A year of hourly loads trains a density of the load given its place in day and week; a second
// year, with loads exchanged between hours, is scored by it and by a density of the load alone. The truth is known. The first
// argument is the folder for pictures.
using System.Globalization;
using HourlyLoad;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows;
using ScottPlot;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = args.Length > 0 ? args[0] : Path.Combine("pictures", "HourlyLoad");
Directory.CreateDirectory(folder);
const int Week = 7 * 24, Year = 52 * Week;
var mlContext = new MLContext(seed: 1);
IDataView train = mlContext.Data.LoadFromEnumerable(LoadModel.Draw(Year, seed: 1));
HourReading[] clean = LoadModel.Draw(Year, seed: 2), year = LoadModel.WithExchanges(LoadModel.Draw(Year, seed: 3), seed: 4);
IDataView second = mlContext.Data.LoadFromEnumerable(year);

FlowTransformer given = mlContext.Flows.PlanarFlow(Options("When")).Fit(train);
FlowTransformer alone = mlContext.Flows.PlanarFlow(Options(context: null)).Fit(train);

float[] logLikelihoods = [.. given.Transform(mlContext.Data.LoadFromEnumerable(clean)).GetColumn<float>("LogLikelihood")];
Console.WriteLine(
    $"Mean log-likelihood of a clean year: {logLikelihoods.Average(l => (double)l):F3} nats, by the truth "
    + $"{clean.Average(hour => hour.Truth):F3}");
Console.WriteLine($"Given hour and weekday: {mlContext.Flows.Evaluate(given.Transform(second))}");
Console.WriteLine($"The load alone:         {mlContext.Flows.Evaluate(alone.Transform(second))}");

float[] pValues = [.. given.Transform(mlContext.Data.LoadFromEnumerable(clean)).GetColumn<float>("PValue")];
Console.WriteLine("Alarms in 100 of the clean year, by hour of the day, 1 asked for:");
Console.WriteLine("  " + string.Join(' ', Enumerable.Range(0, 24).Select(time =>
    $"{100.0 * clean.Where((hour, i) => hour.Hour % 24 == time && pValues[i] < 0.01).Count() / (Year / 24):F1}")));

HourReading strange = year.Where(hour => hour.Label).First(hour => hour.Hour % 24 == 3 || hour.Hour % 24 == 15);
FeatureContribution part = given.Explain(strange.Features, strange.When)[0];
Console.WriteLine(
    $"Hour {strange.Hour}: {part.Value:F1} MW adds {part.Contribution:F1} nats to the Score; for that hour "
    + $"{part.Reference:F1} MW would be likely");

DrawWeek(Path.Combine(folder, "week.png"));
DrawDensity(Path.Combine(folder, "density.png"));
Console.WriteLine($"Pictures are in {Path.GetFullPath(folder)}");

static PlanarFlowEstimator.Options Options(string? context) => new()
{
    ContextColumnName = context,
    InputNoise = 0,
    BaseDistribution = BaseDistribution.StandardNormal,
    Seed = 1,
};

// A week of the second year, the middle 98 of 100 draws given each hour, and what alarms.
void DrawWeek(string path)
{
    const int Draws = 1000;
    int first = Array.FindIndex(year, hour => hour.Label && hour.Hour > 10 * Week) / Week * Week;
    HourReading[] week = year[first..(first + Week)];
    float[] alarms = [.. given.Transform(mlContext.Data.LoadFromEnumerable(week)).GetColumn<float>("PValue")];
    float[] contexts = [.. week.SelectMany(hour => Enumerable.Repeat(hour.When, Draws)).SelectMany(when => when)];
    float[] drawn = given.Sample(contexts, seed: 1);
    float[][] sorted = [.. drawn.Chunk(Draws).Select(each => each.Order().ToArray())];
    double[] xs = [.. Enumerable.Range(0, week.Length).Select(i => i / 24.0)];

    var plot = new Plot();
    var band = plot.Add.FillY(
        xs,
        [.. sorted.Select(each => (double)each[Draws / 100])],
        [.. sorted.Select(each => (double)each[Draws - 1 - Draws / 100])]);
    band.LegendText = "98 of 100 draws given the hour";
    band.FillColor = Colors.SteelBlue.WithAlpha(0.25);
    band.LineWidth = 0;
    var loads = plot.Add.Scatter(xs, week.Select(hour => (double)hour.Features[0]).ToArray(), Colors.Gray);
    loads.LegendText = "load";
    loads.MarkerSize = 3;
    int[] strangeHours = [.. Enumerable.Range(0, week.Length).Where(i => alarms[i] < 0.01)];
    var marks = plot.Add.Markers(
        strangeHours.Select(i => xs[i]).ToArray(), strangeHours.Select(i => (double)week[i].Features[0]).ToArray());
    (marks.LegendText, marks.Color, marks.MarkerSize) = ("p-value below 0.01", Colors.Red, 9);
    plot.Title("A week: is the load odd for its hour?");
    plot.XLabel("days since Monday");
    plot.YLabel("load, MW");
    plot.ShowLegend(Alignment.UpperRight);
    plot.SavePng(path, 1100, 450);
}

// log p(load | hour) of a working day and of a Sunday.
void DrawDensity(string path)
{
    const double Lowest = 30, Highest = 90;
    const int Cells = 180;
    var panels = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Columns() };
    panels.AddPlots(2);
    foreach ((int panel, string title, int day) in (IEnumerable<(int, string, int)>)[(0, "Tuesday", 1), (1, "Sunday", 6)])
    {
        HourReading[] hours = LoadModel.Draw(Week, seed: 1)[(24 * day)..(24 * day + 24)];
        var cells = new double[Cells, 24];
        for (int h = 0; h < 24; h++)
        {
            float[] loads =
                [.. Enumerable.Range(0, Cells).Select(i => (float)(Highest - (Highest - Lowest) * (i + 0.5) / Cells))];
            var result = new float[Cells];
            given.LogLikelihood(loads, [.. Enumerable.Repeat(hours[h].When, Cells).SelectMany(when => when)], result);
            for (int i = 0; i < Cells; i++)
                cells[i, h] = Math.Max(result[i], -9);
        }

        Plot plot = panels.GetPlot(panel);
        var map = plot.Add.Heatmap(cells);
        map.Extent = new CoordinateRect(-0.5, 23.5, Lowest, Highest);
        map.Colormap = new ScottPlot.Colormaps.Viridis();
        var usual = plot.Add.Scatter(
            Enumerable.Range(0, 24).Select(h => (double)h).ToArray(), hours.Select(hour => LoadModel.Mean(hour.Hour)).ToArray(),
            Colors.White);
        (usual.LineWidth, usual.MarkerSize) = (1, 0);
        plot.Axes.SetLimits(-0.5, 23.5, Lowest, Highest);
        plot.Title($"{title}: log p(load | hour), the true mean in white");
        plot.XLabel("hour");
        plot.YLabel("load, MW");
    }

    panels.SavePng(path, 1100, 450);
}
