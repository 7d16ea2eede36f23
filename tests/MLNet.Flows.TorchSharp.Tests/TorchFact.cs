using System.Runtime.CompilerServices;
using MLNet.Flows.TorchSharp.Native;

namespace MLNet.Flows.TorchSharp.Tests;

/// <summary>A test that needs libtorch: skipped, with the true reason, where it cannot be loaded.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TorchFactAttribute : FactAttribute
{
    public TorchFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Skip = Reason;

    /// <summary>Why libtorch cannot be loaded; null where it can.</summary>
    public static string? Reason { get; } = LibTorch.Fault(Device.Parse("cpu")!.Value);
}
