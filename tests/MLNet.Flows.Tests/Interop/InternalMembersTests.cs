using System.Reflection;

namespace MLNet.Flows.Tests.Interop;

/// <summary>ML.NET's internal members that the library leans on, by name: an upgrade of ML.NET that takes one away fails here
/// first.</summary>
public sealed class InternalMembersTests
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Assembly Library = typeof(FlowTransformer).Assembly;

    [Fact]
    public void InternalsUsed_InCompiledLibrary_AreTheOnesNamedHere()
    {
        string[] named =
        [
            "Microsoft.ML.Data.AnnotationUtils.GetTrainerOutputAnnotation",
            "Microsoft.ML.Data.AnnotationUtils.get_ScoreColumnSetIdType",
            "Microsoft.ML.Data.IDataTransform",
            "Microsoft.ML.Data.IDataTransform.get_Source",
            "Microsoft.ML.Data.ITransformerChainAccessor",
            "Microsoft.ML.Data.ITransformerChainAccessor.get_Scopes",
            "Microsoft.ML.Data.ITransformerChainAccessor.get_Transformers",
            "Microsoft.ML.LoadableClassAttributeBase",
            "Microsoft.ML.LoadableClassAttributeBase..ctor",
            "Microsoft.ML.Model.OnnxConverter.ICanSaveOnnx",
            "Microsoft.ML.Model.OnnxConverter.ICanSaveOnnx.CanSaveOnnx",
            "Microsoft.ML.Model.OnnxConverter.ISaveAsOnnx",
            "Microsoft.ML.Model.OnnxConverter.ITransformCanSaveOnnx",
            "Microsoft.ML.Model.OnnxConverter.OnnxContext.AddInitializer",
            "Microsoft.ML.Model.OnnxConverter.OnnxContext.AddIntermediateVariable",
            "Microsoft.ML.Model.OnnxConverter.OnnxContext.CheckOpSetVersion",
            "Microsoft.ML.Model.OnnxConverter.OnnxContext.ContainsColumn",
            "Microsoft.ML.Model.OnnxConverter.OnnxContext.CreateNode",
            "Microsoft.ML.Model.OnnxConverter.OnnxContext.GetNodeName",
            "Microsoft.ML.Model.OnnxConverter.OnnxContext.GetVariableName",
            "Microsoft.ML.Model.OnnxConverter.OnnxNode.AddAttribute",
            "Microsoft.ML.ModelHeader.CbModel",
            "Microsoft.ML.ModelLoadContext.CheckAtModel",
            "Microsoft.ML.ModelLoadContext.Header",
            "Microsoft.ML.ModelLoadContext.Reader",
            "Microsoft.ML.ModelSaveContext.CheckAtModel",
            "Microsoft.ML.ModelSaveContext.SetVersionInfo",
            "Microsoft.ML.ModelSaveContext.Writer",
            "Microsoft.ML.Runtime.ChannelMessage..ctor",
            "Microsoft.ML.Runtime.ICancelable",
            "Microsoft.ML.Runtime.ICancelable.get_IsCanceled",
            "Microsoft.ML.SchemaShape+Column..ctor",
            "Microsoft.ML.SchemaShape.Create",
            "Microsoft.ML.SignatureLoadModel",
            "Microsoft.ML.VersionInfo..ctor",
        ];

        Assert.Equal(
            string.Join("\n", named),
            string.Join("\n", Uses().Select(use => Name(use.Member)).Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void InternalsUsed_InCompiledLibrary_AreUsedByInteropAlone()
    {
        Assert.Empty(
            Uses().Where(use => use.User.Namespace != "MLNet.Flows.Interop")
                .Select(use => $"{use.User} uses {Name(use.Member)}").Distinct());
    }

    private static IEnumerable<(Type User, MemberInfo Member)> Uses()
    {
        foreach (Type type in Library.GetTypes())
        {
            foreach (MemberInfo member in type.GetMembers(Declared).OfType<MethodBase>()
                .SelectMany(IntermediateLanguage.MembersNamed))
            {
                if (IsInternal(member))
                    yield return (type, member);
            }

            foreach (Type named in type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Append(type.BaseType)
                .OfType<Type>().Where(IsInternal))
                yield return (type, named);
        }

        foreach (CustomAttributeData attribute in Library.GetCustomAttributesData().Where(data => IsInternal(data.AttributeType)))
            yield return (typeof(FlowTransformer), attribute.AttributeType);
    }

    private static bool IsInternal(MemberInfo member)
    {
        if ((member as Type ?? member.DeclaringType!).Assembly is var assembly && !assembly.GetName().Name!.StartsWith(
            "Microsoft.ML.", StringComparison.Ordinal))
            return false;
        return member switch
        {
            Type type => !type.IsVisible,
            MethodBase method => !method.DeclaringType!.IsVisible
                || !(method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly),
            FieldInfo field => !field.DeclaringType!.IsVisible || !(field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly),
            _ => false,
        };
    }

    private static string Name(MemberInfo member) =>
        member is Type type ? Plain(type) : $"{Plain(member.DeclaringType!)}.{member.Name}";

    private static string Plain(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!;
}
