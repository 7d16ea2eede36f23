// roofline            percent of the machine's own limit, per workload: under a minute
// speed --data F ...  one file through training, scoring and single rows, for comparison with any other library on the same file
// fits [FILE ...]     what all cores make of a default fit, and how fast its model scores
// views               what the flow's columns add to reading a view's other columns
// growth              cost against features, layers and rows; memory of a training
// scale rows | stream N   what more rows are worth, and one fit to N rows that are made as they are read
// fuzz [N]            N damaged model files, a million by default: counts by outcome
// torchsharp [FLOW]   the same flows under TorchSharp, eager and TorchScript, where libtorch loads (build/with-libstdcxx brings
//                     what it needs); FLOW is planar, realnvp or family, all by default; or "quality [FOLDER [SEEDS]]": whether
// RealNVP                     is as good by either engine, on likelihood and on a folder of labelled sets; or "device NAME":
// rates on                     cuda, cuda:0, mps or cpu, and whether the flow scores here as it does there
// continuous          what the solver's steps cost and buy a continuous flow
// density ...         all flows as densities at equal time, on known densities and on files: 18 minutes a set
// anything else       BenchmarkDotNet, with its own arguments (--filter '*', --list flat)
using System.Globalization;
using BenchmarkDotNet.Running;
using MLNet.Flows.Benchmarks;
using MLNet.Flows.Benchmarks.Continuous;
using MLNet.Flows.Benchmarks.Density;
using MLNet.Flows.Benchmarks.Fits;
using MLNet.Flows.Benchmarks.Fuzz;
using MLNet.Flows.Benchmarks.Growth;
using MLNet.Flows.Benchmarks.Roofline;
using MLNet.Flows.Benchmarks.Scale;
using MLNet.Flows.Benchmarks.Speed;
using MLNet.Flows.Benchmarks.TorchSharpRivals;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args.FirstOrDefault())
{
    case "roofline":
        return RooflineCommand.Run();
    case "continuous":
        return ContinuousCommand.Run();
    case "density":
        return DensityCommand.Run(args[1..]);
    case "load-and-score":
        return RooflineCommand.LoadAndScore(args[1]);
    case "fits":
        return FitsCommand.Run(args[1..]);
    case FitsCommand.Child:
        return FitsCommand.TwoFits(args[1], args[2], int.Parse(args[3], CultureInfo.InvariantCulture));
    case "views":
        ViewTimes.Measure(new Workload(20_000, 16, 16));
        return 0;
    case "growth":
        return GrowthCommand.Run();
    case "scale":
        return ScaleCommand.Run(args[1..]);
    case "fuzz":
        return FuzzCommand.Run(args[1..]);
    case "torchsharp" when args.ElementAtOrDefault(1) == "quality":
        return EngineQuality.Run(args[2..]);
    case "torchsharp" when args.ElementAtOrDefault(1) == "device":
        return DeviceCommand.Run(args.ElementAtOrDefault(2) ?? "cuda");
    case "torchsharp":
        return TorchSharpCommand.Run(args.ElementAtOrDefault(1) ?? "");
    case "speed":
        return SpeedCommand.Run(args[1..]);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(RooflineCommand).Assembly).Run(args);
        return 0;
}
