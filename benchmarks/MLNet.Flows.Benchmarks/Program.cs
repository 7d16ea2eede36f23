// roofline            percent of the machine's own limit, per workload: under a minute
// speed --data F ...  one file through training, scoring and single rows, for comparison with any other library on the same file
// anything else       BenchmarkDotNet, with its own arguments (--filter '*', --list flat)
using System.Globalization;
using BenchmarkDotNet.Running;
using MLNet.Flows.Benchmarks.Roofline;
using MLNet.Flows.Benchmarks.Speed;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args.FirstOrDefault())
{
    case "roofline":
        return RooflineCommand.Run();
    case "speed":
        return SpeedCommand.Run(args[1..]);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(RooflineCommand).Assembly).Run(args);
        return 0;
}
