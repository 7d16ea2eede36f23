using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using MLNet.Flows.TorchSharp.Modules;
using TorchSharp;

namespace MLNet.Flows.TorchSharp.Tests.Modules;

/// <summary>No number in the package's tensor expressions can be collected before libtorch has read it
/// (<see cref="Scalars"/>).</summary>
public class ScalarsTests
{
    private static readonly Assembly Package = typeof(Scalars).Assembly;

    [Fact]
    public void TensorExpressions_OfThePackage_CompleteNoOperatorWithANumberOfTheirOwn()
    {
        using PEReader file = new(File.OpenRead(Package.Location));
        MetadataReader reader = file.GetMetadataReader();
        MethodBase[] called = [.. reader.MemberReferences
            .Where(handle => reader.GetMemberReference(handle).GetKind() == MemberReferenceKind.Method)
            .Select(handle => TryResolve(MetadataTokens.GetToken(handle)))
            .OfType<MethodBase>()
            .Where(method => method.DeclaringType == typeof(torch.Tensor))];

        Assert.Contains(called, method => method.Name == "op_Multiply");
        Assert.Empty(called.Where(MakesANumber).Select(method => method.ToString()));
    }

    [Theory]
    [InlineData("op_Addition", new[] { typeof(torch.Tensor), typeof(torch.Tensor) }, true)]
    [InlineData("op_Subtraction", new[] { typeof(torch.Tensor), typeof(torch.Tensor) }, false)]
    [InlineData("op_Subtraction", new[] { typeof(Scalar), typeof(torch.Tensor) }, true)]
    [InlineData("op_Multiply", new[] { typeof(torch.Tensor), typeof(double) }, true)]
    [InlineData("op_Multiply", new[] { typeof(torch.Tensor), typeof(Scalar) }, false)]
    [InlineData("add", new[] { typeof(torch.Tensor) }, true)]
    [InlineData("add", new[] { typeof(torch.Tensor), typeof(Scalar) }, false)]
    [InlineData("square", new Type[0], true)]
    public void MakesANumber_OfTorchSharpsMethods_TellsThemApart(string name, Type[] parameters, bool expected) =>
        Assert.Equal(expected, MakesANumber(typeof(torch.Tensor).GetMethod(name, parameters)!));

    [Fact]
    public void Conversions_OfNumbersInThePackage_AreKeptInAFieldOrALocal()
    {
        const BindingFlags all =
            BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static
                | BindingFlags.Instance;
        int conversions = 0;
        List<string> lost = [];
        foreach (Type type in Package.GetTypes())
        {
            foreach (MethodBase method in type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all)))
            {
                byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
                for (int i = 0; i + 5 < code.Length; i++)
                {
                    const byte call = 0x28;
                    if (code[i] != call || TryResolve(
                        BitConverter.ToInt32(code, i + 1),
                        method) is not { Name: "op_Implicit" } target || target.DeclaringType != typeof(Scalar))
                        continue;
                    conversions++;
                    if (!method.IsConstructor && !IsStore(code[i + 5]))
                        lost.Add($"{type.Name}.{method.Name}");
                }
            }
        }

        Assert.True(conversions > 10, $"only {conversions} conversions were seen");
        Assert.Empty(lost);
    }

    private static bool MakesANumber(MethodBase method)
    {
        Type[] parameters = [.. method.GetParameters().Select(parameter => parameter.ParameterType)];
        bool withAPlainNumber = method.Name.StartsWith("op_", StringComparison.Ordinal)
            && parameters.Any(parameter => parameter.IsPrimitive);
        bool withAnotherScalar = method.Name switch
        {
            "op_Addition" or "square" => true,
            "op_Subtraction" or "op_Division" => parameters[0] == typeof(Scalar),
            "add" or "add_" => parameters.Length == 1,
            _ => false,
        };
        return withAPlainNumber || withAnotherScalar;
    }

    // stfld, stsfld, stloc.0 to stloc.3, stloc.s.
    private static bool IsStore(byte code) => code is 0x7D or 0x80 or >= 0x0A and <= 0x0D or 0x13;

    private static MethodBase? TryResolve(int token, MethodBase? context = null)
    {
        try
        {
            Type[]? ofType = context?.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
            Type[]? ofMethod = context is { IsGenericMethod: true } ? context.GetGenericArguments() : null;
            return Package.ManifestModule.ResolveMethod(token, ofType, ofMethod);
        }
        catch (Exception error) when (error is ArgumentException or BadImageFormatException)
        {
            return null;
        }
    }
}
