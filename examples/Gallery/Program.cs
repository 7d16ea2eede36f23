// Every flow on five sets of the plane: one sheet with each one's density and samples, and how many nats it is above the set's
// entropy, which no model can be below. The first argument is the folder for the picture, the second the steps of training.
using System.Globalization;
using Gallery;
using Microsoft.ML;
using MLNet.Flows;
using PlaneData;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = args.Length > 0 ? args[0] : Path.Combine("pictures", "Gallery");
int steps = args.Length > 1 ? int.Parse(args[1]) : 10_000;
const int trainingPoints = 50_000, freshPoints = 20_000, drawnPoints = 2000;
Directory.CreateDirectory(folder);
var mlContext = new MLContext(seed: 1);

// 1. Train all: each flow on each set.
PlaneSet[] sets = PlaneSets.All;
var flows = new FlowTransformer[sets.Length, Family.All.Length];
Parallel.For(0, flows.Length, i =>
{
    (int s, int f) = Math.DivRem(i, Family.All.Length);
    IDataView data = mlContext.Data.LoadFromEnumerable(sets[s].Draw(trainingPoints, seed: 1));
    flows[s, f] = Family.All[f].Create(mlContext.Flows, steps).Fit(data);
});

// 2. Draw them, the set itself in the first column.
using var sheet = new Sheet(1 + Family.All.Length, sets.Length);
sheet.ColumnHead(0, "the set itself");
for (int f = 0; f < Family.All.Length; f++)
    sheet.ColumnHead(1 + f, Family.All[f].Name);

Console.WriteLine($"Nats above the entropy on fresh points, {steps:N0} steps");
for (int s = 0; s < sets.Length; s++)
{
    PlaneSet set = sets[s];
    double entropy = set.Entropy();
    float[] grid = Grid(set);
    double[] exact = Densities(set, grid);
    float[] fresh = [.. set.Draw(freshPoints, seed: 2).SelectMany(point => point.Features)];
    sheet.RowHead(s, $"{set.Name}\nentropy {entropy:F3} nats");
    sheet.Cell(s, 0, "", Image(exact), exact.Max(), fresh.AsSpan(0, 2 * drawnPoints), set.Area);
    Console.WriteLine($"{set.Name}, entropy {entropy:F3}");
    for (int f = 0; f < Family.All.Length; f++)
    {
        FlowTransformer flow = flows[s, f];
        double above = AboveEntropy(set, flow, fresh);
        double[] density = [.. LogLikelihood(flow, grid).Select(value => Math.Exp(value))];
        sheet.Cell(s, 1 + f, $"{above:+0.000;-0.000}", Image(density), exact.Max(), flow.Sample(drawnPoints, seed: 1), set.Area);
        Console.WriteLine($"  {Family.All[f].Name.Replace('\n', ' '),-28} {above:F3}");
    }
}

string file = Path.Combine(folder, "gallery.png");
sheet.SavePng(file);
Console.WriteLine($"The sheet is {Path.GetFullPath(file)}");

// Both likelihoods on the same points: their difference varies less than either, and its mean is the same, -E log q - entropy.
static double AboveEntropy(PlaneSet set, FlowTransformer flow, float[] points) =>
    Densities(set, points).Zip(LogLikelihood(flow, points), (p, logQ) => Math.Log(p) - logQ).Average();

static float[] LogLikelihood(FlowTransformer flow, float[] points)
{
    var result = new float[points.Length / 2];
    flow.LogLikelihood(points, result);
    return result;
}

static double[] Densities(PlaneSet set, float[] points) =>
[
    .. Enumerable.Range(0, points.Length / 2).AsParallel().AsOrdered()
        .Select(i => set.Density(points[2 * i], points[2 * i + 1])),
];

// [Side * Side, 2]: the centers of a cell's pixels, rows upwards.
static float[] Grid(PlaneSet set) =>
[
    .. from y in Enumerable.Range(0, Sheet.Side)
       from x in Enumerable.Range(0, Sheet.Side)
       from value in (double[])
       [
           set.Area.Left + (x + 0.5) * set.Area.Width / Sheet.Side,
           set.Area.Bottom + (y + 0.5) * set.Area.Height / Sheet.Side,
       ]
       select (float)value,
];

static double[,] Image(double[] values)
{
    var image = new double[Sheet.Side, Sheet.Side];
    for (int i = 0; i < values.Length; i++)
        image[i / Sheet.Side, i % Sheet.Side] = values[i];
    return image;
}
