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
    case "prof":
        {
            var w = new MLNet.Flows.Benchmarks.Workload(args[1] == "2" ? 200_000 : 20_000, args[1] == "2" ? 32 : 16, args[1] == "2" ? 32 : 16);
            Action e = w.Epoch(int.Parse(args[2]), 1);
            long s0 = System.Diagnostics.Stopwatch.GetTimestamp();
            while (System.Diagnostics.Stopwatch.GetElapsedTime(s0).TotalSeconds < 6) e();
            return 0;
        }
    case "speed":
        return SpeedCommand.Run(args[1..]);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(RooflineCommand).Assembly).Run(args);
        return 0;
}
