using System.Runtime.CompilerServices;

namespace MLNet.Flows.TorchSharp.Tests;

/// <summary>As <see cref="TorchFactAttribute"/>, for theories.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TorchTheoryAttribute : TheoryAttribute
{
    public TorchTheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Skip = TorchFactAttribute.Reason;
}
