// Writes the figures of README.md and docs from the results of the benchmarks.
//
//   (nothing)                      compares; exit code 1 names what differs
//   --update [FOLDER]              writes them; FOLDER under benchmarks/results takes the place of what the pages name
//   record NAME -- COMMAND ...     runs a command and keeps what it prints as benchmarks/results/PROCESSOR/NAME.md
using MLNet.Flows.Figures;

try
{
    switch (args)
    {
        case []:
            string[] stale = [.. FiguresPages.All().Where(page => page.Rendered() != page.Text).Select(page => page.Name)];
            foreach (string name in stale)
                Console.Error.WriteLine($"{name} differs from benchmarks/results. Run with --update and look at what changes.");
            return stale.Length > 0 ? 1 : 0;
        case ["--update"] or ["--update", _]:
            foreach (FiguresPages.Page page in FiguresPages.All())
                page.Update(args.ElementAtOrDefault(1));
            return 0;
        case ["record", string name, "--", .. string[] command] when command.Length > 0:
            return Recording.Run(name, command);
        default:
            Console.Error.WriteLine("Usage: [--update [FOLDER]] | record NAME -- COMMAND ...");
            return 2;
    }
}
catch (Exception error) when (error is FormatException or IOException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
