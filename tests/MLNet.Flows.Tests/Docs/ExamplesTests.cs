using System.Net;
using System.Text.RegularExpressions;

namespace MLNet.Flows.Tests.Docs;

/// <summary>Every method of the catalog, and of the extension methods that go with it, has an example in its documentation, and
/// every example in the documentation of src is code of a test, word for word, so that it compiles and runs.</summary>
public sealed partial class ExamplesTests
{
    private static readonly string[] Catalog =
    [
        "MLNet.Flows.FlowsCatalog", "Microsoft.ML.FlowModelExtensions", "MLNet.Flows.DensityPlots", "MLNet.Flows.DriftPlots",
        "MLNet.Flows.EvaluationPlots", "MLNet.Flows.ExplanationPlots", "MLNet.Flows.TrainingPlots", "MLNet.Flows.TorchSharpEngine",
    ];

    private static readonly Lazy<Method[]> Methods = new(() => [.. Files("src").SelectMany(MethodsOf)]);

    private static readonly Lazy<string[]> Tests = new(() => [.. Files("tests").Select(file => Unindented(File.ReadAllText(file)))]);

    public static TheoryData<string> Types => [.. Catalog];

    [Theory]
    [MemberData(nameof(Types))]
    public void Methods_OfTheCatalog_HaveAnExample(string type)
    {
        Method[] methods = [.. Methods.Value.Where(method => method.Type == type)];

        // All of them were found: as many as the files of the public interface list.
        Assert.Equal(PublicMethods(type), methods.Select(method => method.Name).Order(StringComparer.Ordinal));
        Assert.All(methods, method => Assert.True(
            Example().IsMatch(method.Documentation),
            $"{type}.{method.Name} has no <example><code> in its documentation. Add a short one, and its code to a test in Docs."));
    }

    [Fact]
    public void Examples_InDocumentation_AreCodeOfTests()
    {
        (Method Method, string Code)[] examples =
            [.. Methods.Value.SelectMany(method => Example().Matches(method.Documentation)
                .Select(match => (method, Unindented(WebUtility.HtmlDecode(match.Groups[1].Value)).Trim())))];

        Assert.True(examples.Length > 30);
        Assert.All(examples, example => Assert.True(
            Tests.Value.Any(test => test.Contains(example.Code)),
            $"The example of {example.Method.Type}.{example.Method.Name} is in no test:\n{example.Code}"));
    }

    // As the analyzer of the public interface writes them: "static Namespace.Type.Name<T>(parameters) -> type".
    private static IEnumerable<string> PublicMethods(string type) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "PublicAPI.*.txt", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines)
            .Select(line => Regex.Match(line, $@"^(?:static )?{Regex.Escape(type)}\.(\w+)(?:<\w+>)?\("))
            .Where(match => match.Success)
            .Select(match => match.Groups[1].Value)
            .Order(StringComparer.Ordinal);

    // Documentation, then attributes, then the line that begins with "public" and has the method's name before its first bracket.
    private static IEnumerable<Method> MethodsOf(string file)
    {
        string text = File.ReadAllText(file).ReplaceLineEndings("\n");
        string type = $"{Namespace().Match(text).Groups[1].Value}.{PublicType().Match(text).Groups[1].Value}";
        return DocumentedMethod().Matches(text).Select(match => new Method(
            type, match.Groups["name"].Value, Slashes().Replace(match.Groups["documentation"].Value, "")));
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    private static string Unindented(string text) =>
        string.Join("\n", text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()));

    private sealed record Method(string Type, string Name, string Documentation);

    [GeneratedRegex(@"<example>\s*<code>(.*?)</code>\s*</example>", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^public (?:static |sealed |abstract |partial )*class (\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"(?<documentation>(?:^ *///.*\n)+)(?:^ *\[.*\]\n)*^ *public (?:[^(=\n]* )?(?<name>\w+)(?:<\w+>)?\(",
        RegexOptions.Multiline)]
    private static partial Regex DocumentedMethod();

    [GeneratedRegex(@"^ */// ?", RegexOptions.Multiline)]
    private static partial Regex Slashes();
}
