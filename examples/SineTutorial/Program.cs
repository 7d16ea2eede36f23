// The planar-flow tutorial from ML.NET, step by step: data, training by maximum likelihood, the loss as it falls, samples,
// pictures. Then the same pictures for four classic sets. The first argument is the folder for pictures.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows;
using PlaneData;
using ScottPlot;
using SineTutorial;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = args.Length > 0 ? args[0] : Path.Combine("pictures", "SineTutorial");
Directory.CreateDirectory(folder);
var mlContext = new MLContext(seed: 1);

// 1. Data: x2 ~ U(-3, 3), x1 = sin(x2) + N(0, 0.1^2), 1,000 points; and as many fresh ones to see how the model does on those.
IDataView data = mlContext.Data.LoadFromEnumerable(PlaneSets.Sine.Draw(1000, seed: 1));
IDataView fresh = mlContext.Data.LoadFromEnumerable(PlaneSets.Sine.Draw(100_000, seed: 2));

// 2. and 3. Train by maximum likelihood, 1,000 steps on all points, and watch the loss.
Console.WriteLine("Sine, 16 layers: negative log-likelihood in nats");
PlanarFlowTransformer model = mlContext.Flows.PlanarFlow(Tutorial(layers: 16, steps: 1000, new Loss())).Fit(data);
Report(16, data, model);

// On 1,000 points 64 layers would learn the points by heart. On more points they come closer to the entropy of the data, below
// which no model can go.
IDataView more = mlContext.Data.LoadFromEnumerable(PlaneSets.Sine.Draw(20_000, seed: 3));
PlanarFlowTransformer deep = mlContext.Flows.PlanarFlow(Tutorial(layers: 64, steps: 4000, progress: null)).Fit(more);
Report(64, more, deep);

// 4. and 5. Samples, density and training curve as pictures.
Draw("sine", deep, data);
model.History.PlotTraining().SavePng(Path.Combine(folder, "sine-training.png"), 600, 400);

foreach (PlaneSet set in PlaneSets.All.Except([PlaneSets.Sine]))
{
    IDataView points = mlContext.Data.LoadFromEnumerable(set.Draw(5000, seed: 1));
    IDataView unseen = mlContext.Data.LoadFromEnumerable(set.Draw(20_000, seed: 2));
    var options = new PlanarFlowEstimator.Options
    {
        NumberOfLayers = 64,
        MaximumSteps = 10_000,
        BatchSize = 512,
        InputNoise = 0.01,
        Patience = 20,
        BaseDistribution = BaseDistribution.NormalMixture(minimumWeight: 0),
        Seed = 1,
    };
    PlanarFlowTransformer flow = mlContext.Flows.PlanarFlow(options).Fit(points);
    Console.WriteLine($"{set.Name}, 64 layers on a mixture base: {NegativeLogLikelihood(flow, unseen):F3} nats on fresh points");
    Draw(set.Name.Replace(' ', '-'), flow, points);
}

Console.WriteLine($"Pictures are in {Path.GetFullPath(folder)}");

// The tutorial's setting: one normal base, every step on all points, no noise, nothing held out.
static PlanarFlowEstimator.Options Tutorial(int layers, int steps, IProgress<FitProgress>? progress) => new()
{
    NumberOfLayers = layers,
    MaximumSteps = steps,
    BatchSize = 1000,
    LearningRate = 0.01,
    InputNoise = 0,
    ValidationFraction = 0,
    MaskColumns = false,
    BaseDistribution = BaseDistribution.StandardNormal,
    Seed = 1,
    Progress = progress,
};

void Report(int layers, IDataView points, PlanarFlowTransformer flow) => Console.WriteLine(
    $"{layers} layers: {NegativeLogLikelihood(flow, points):F3} nats on its {flow.History.RowsUsed:N0} training points, "
    + $"{NegativeLogLikelihood(flow, fresh):F3} on fresh ones; "
    + $"the data's entropy is {PlaneSets.Sine.Entropy():F3}");

static double NegativeLogLikelihood(PlanarFlowTransformer flow, IDataView points) => flow.Transform(points)
    .GetColumn<float>("Score").Average(score => (double)score);

void Draw(string name, PlanarFlowTransformer flow, IDataView points)
{
    flow.PlotDensity(points).SavePng(Path.Combine(folder, name + "-density.png"), 700, 600);
    flow.PlotSamples(points).SavePng(Path.Combine(folder, name + "-samples.png"), 1000, 500);
}
