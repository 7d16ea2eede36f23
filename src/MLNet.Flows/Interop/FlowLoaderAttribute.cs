using Microsoft.ML;

namespace MLNet.Flows.Interop;

/// <summary>Registers with ML.NET which class loads a transformer from a model file.</summary>
/// <param name="transformer">The type that is loaded.</param>
/// <param name="loader">A class with a static method <c>Create(IHostEnvironment, ModelLoadContext)</c>.</param>
/// <param name="name">For people.</param>
/// <param name="signature">In every saved model, at most 24 characters; never changes.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class FlowLoaderAttribute(Type transformer, Type loader, string name, string signature)
    : LoadableClassAttributeBase(null, transformer, loader, null, [typeof(SignatureLoadModel)], name, signature);
