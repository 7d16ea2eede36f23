using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace MLNet.Flows.Tests.Interop;

/// <summary>Folders of the library, lowest first: a type names types of its own folder and of those before it, so that there is
/// no cycle.</summary>
public sealed partial class FolderOrderTests
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly string[] Order =
    [
        "Numerics", "Serialization", "Bijections", "Distributions", "Explanation", "Model", "Persistence", "Schema", "Interop",
        "Onnx", "Transformers", "Training", "Estimators", "Evaluation", "Monitoring", "Variational", "Catalog",
    ];

    private static readonly Assembly Library = typeof(FlowTransformer).Assembly;

    private static readonly string Source = Path.Combine(Repository.Root, "src", "MLNet.Flows");

    // Public types share one namespace; the file that declares a type is in its folder.
    private static readonly Dictionary<string, string> Files = Directory.EnumerateDirectories(Source)
        .Where(folder => Path.GetFileName(folder) is not ("bin" or "obj"))
        .SelectMany(
            folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .SelectMany(file => Declaration().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
                .Select(name => (Name: name, Folder: Path.GetFileName(folder))))
        .Distinct()
        .ToDictionary(file => file.Name, file => file.Folder);

    [Fact]
    public void Folders_InTheTree_AreTheOnesOrdered() =>
        Assert.Equal(Order.Order(StringComparer.Ordinal), Files.Values.Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Types_NameTypesOfTheirOwnFolderAndThoseBelow()
    {
        var upward = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Type type in Library.GetTypes().Where(IsOurs))
        {
            foreach (Type named in Named(type).Select(Outermost).Where(IsOurs)
                .Where(named => Rank(named) > Rank(Outermost(type))))
                upward.Add($"{Folder(Outermost(type))} -> {Folder(named)}: {Outermost(type).Name} names {named.Name}");
        }

        Assert.Empty(upward);
    }

    [Fact]
    public void PublicTypes_LiveInOneNamespaceBesidesExtensions() =>
        Assert.Empty(
            Library.GetExportedTypes().Where(type => type.Namespace is not ("MLNet.Flows" or "Microsoft.ML"))
                .Select(type => type.FullName));

    // A type that the compiler made for a method is the outer type's; those of the runtime's making have no folder.
    private static bool IsOurs(Type type) =>
        type.Assembly == Library && !type.IsGenericParameter && Outermost(type) is { } outer && !outer.Name.StartsWith('<')
            && !outer.Name.StartsWith("__", StringComparison.Ordinal)
        && outer.GetCustomAttribute<CompilerGeneratedAttribute>() is null && outer.Namespace is { } space
        && space.StartsWith("M", StringComparison.Ordinal)
        && Files.ContainsKey(Plain(outer));

    private static int Rank(Type type) => Array.IndexOf(Order, Folder(type));

    private static string Folder(Type type) => Files[Plain(type)];

    private static string Plain(Type type) => type.Name.Split('`')[0];

    private static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type;
    }

    private static IEnumerable<Type> Named(Type type)
    {
        IEnumerable<Type> named = type.GetInterfaces().Append(type.BaseType).OfType<Type>()
            .Concat(type.GetFields(Declared).Select(field => field.FieldType))
            .Concat(type.GetCustomAttributesData().Select(attribute => attribute.AttributeType));
        foreach (MethodBase method in type.GetMembers(Declared).OfType<MethodBase>())
        {
            named = named.Concat(method.GetParameters().Select(parameter => parameter.ParameterType));
            if (method is MethodInfo { ReturnType: var returned })
                named = named.Append(returned);
            if (method.GetMethodBody() is { } body)
                named = named.Concat(body.LocalVariables.Select(local => local.LocalType));
            foreach (MemberInfo member in IntermediateLanguage.MembersNamed(method))
                named = named.Append(member as Type ?? member.DeclaringType!)
                    .Concat(member is MethodInfo { IsGenericMethod: true } generic ? generic.GetGenericArguments() : []);
        }

        return named.SelectMany(Parts).Distinct();
    }

    // Of an array, a pointer or a generic type: what it is made of.
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType)
            return Parts(type.GetElementType()!);
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type) : [type];
    }

    // At the start of a line: nested types belong to the outer one.
    [GeneratedRegex(
        @"^(?:public|internal)[\w ]*? (?:class|struct|interface|enum|record struct|record|delegate \w+) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
