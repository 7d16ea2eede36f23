// Variational inference with planar flows, as in figure 3 of Rezende and Mohamed 2015: four energies, flows of 2, 8 and 32 layers
// in the sampling direction, free energies beside the best possible, and the densities drawn beside the true ones. The first
// argument is the folder for pictures.
using System.Globalization;
using MLNet.Flows;
using ScottPlot;
using VariationalInference;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = args.Length > 0 ? args[0] : Path.Combine("pictures", "VariationalInference");
Directory.CreateDirectory(folder);
int[] depths = [2, 8, 32];
var area = new CoordinateRect(-5, 5, -5, 5);

Console.WriteLine("Free energy in nats; the best possible is -log Z, and what is above it is the divergence KL(q || p).");
foreach ((string name, Func<double, double, double> u) in Energies.All)
{
    double logZ = Energies.LogZ(u);
    Console.WriteLine($"{name}: -log Z = {-logZ:F3}");
    DensityPlots.PlotLogDensity((x, y) => -u(x, y) - logZ, area, $"{name}: true log-density")
        .SavePng(Path.Combine(folder, $"{name}-true.png"), 600, 500);
    foreach (int layers in depths)
    {
        VariationalPlanarFlow flow = VariationalPlanarFlow.Fit(
            2, Energies.WithGradient(u), new VariationalPlanarFlow.Options { NumberOfLayers = layers });
        Console.WriteLine(
            $"  {layers,2} layers: free energy {flow.FreeEnergy:F3}, divergence {flow.FreeEnergy + logZ:F3}, "
            + $"{flow.EffectiveSampleShare:P0} of draws in effect");
        flow.PlotDensity(area, $"{name}: planar flow, {layers} layers")
            .SavePng(Path.Combine(folder, $"{name}-{layers}.png"), 600, 500);
    }
}

Console.WriteLine($"Pictures are in {Path.GetFullPath(folder)}");
