using System.Text.RegularExpressions;

namespace MLNet.Flows.Figures;

/// <summary>The pages whose figures come from the results.</summary>
internal static class FiguresPages
{
    private static readonly string[] Names =
        ["README.md", "docs/quality.md", "docs/density.md", "docs/robustness.md", "docs/scale.md", WithFiguresOfTests];

    // Its tables alone are results: the figures in its text are those of tests and of an example.
    private const string WithFiguresOfTests = "docs/how-to/categories.md";

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Find();

    public static string Results => Path.Combine(Root, "benchmarks", "results");

    public static Page[] All() => Array.ConvertAll(Names, name => new Page(name));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MLNet.Flows.sln")))
            folder = folder.Parent ?? throw new IOException("This program runs within the repository alone.");
        return folder.FullName;
    }

    internal sealed class Page(string name)
    {
        private readonly Dictionary<string, ResultFile> _read = [];

        public string Name { get; } = name;

        public string Text { get; } = File.ReadAllText(Path.Combine(Root, name)).ReplaceLineEndings("\n");

        /// <summary>Sentences that hold figures from nowhere.</summary>
        public IReadOnlyList<string> Unmarked() => Name == WithFiguresOfTests ? [] : FiguresPage.Unmarked(Text);

        public string Rendered() => Rendered(Text);

        public void Update(string? folder)
        {
            string text = folder is null ? Text : Regex.Replace(Text, "<!-- results: .*? -->", $"<!-- results: {folder} -->");
            string rendered = Rendered(text);
            if (rendered != Text)
                File.WriteAllText(Path.Combine(Root, Name), rendered);
        }

        private string Rendered(string text)
        {
            try
            {
                return FiguresPage.Render(text, Open);
            }
            catch (FormatException fault)
            {
                throw new FormatException($"{Name}: {fault.Message}", fault);
            }
        }

        private ResultFile Open(string folder, string file)
        {
            string path = Path.Combine(Results, folder, file + ".md");
            if (!File.Exists(path))
                throw new FormatException($"There is no benchmarks/results/{folder}/{file}.md.");
            return _read.TryGetValue(path, out ResultFile? result) ? result : _read[path] = ResultFile.Read(path);
        }
    }
}
