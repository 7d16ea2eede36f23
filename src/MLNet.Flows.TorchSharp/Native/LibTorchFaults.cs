using System.Text.RegularExpressions;

namespace MLNet.Flows.TorchSharp.Native;

/// <summary>Why libtorch could not be used, in words that say what to install.</summary>
internal static partial class LibTorchFaults
{
    public const string NoCudaPackage =
        "Device 'cuda' was asked for, but this app has no CUDA build of libtorch (no torch_cuda library). Reference "
        + "TorchSharp-cuda-windows or TorchSharp-cuda-linux instead of TorchSharp-cpu, or train on 'cpu'.";

    public const string NoCudaDevice =
        "Device 'cuda' was asked for, but libtorch finds no usable CUDA device. It needs an NVIDIA GPU and a driver for CUDA "
        + "12.8 or later ('nvidia-smi' shows both): update the driver, or train on 'cpu'.";

    public const string NoMetal =
        "Device 'mps' was asked for, but libtorch finds no Metal device. It needs macOS on Apple silicon: train on 'cpu' "
        + "elsewhere.";

    /// <param name="library">The library that did not load, without prefix and extension.</param>
    /// <param name="path">Where it lies; null where no file was found.</param>
    /// <param name="loader">The system loader's own words.</param>
    public static string Explain(string library, string? path, string loader)
    {
        if (path is null)
            return $"The native library '{library}' is not part of this app, but training with TorchSharp needs it. Reference "
                + "the package TorchSharp-cpu (or one of the CUDA packages) in the app's project.";
        if (MissingSymbolVersion().Match(loader) is { Success: true } missing)
        {
            return missing.Groups["kind"].Value == "GLIBC"
                ? $"The native library '{path}' needs {missing.Groups["version"].Value}, but this machine's C library is "
                    + "older. Use Debian 13, Ubuntu 24.04 or later."
                : $"The native library '{path}' needs {missing.Groups["version"].Value}, but this machine's libstdc++ is "
                    + "older. Install libstdc++ of GCC 13 or later: Debian 13, Ubuntu 24.04 and later have it.";
        }

        if (MissingLibrary().Match(loader) is { Success: true } dependency && dependency.Groups["name"].Value is string name)
        {
            bool cuda = name.StartsWith("libcu", StringComparison.Ordinal) || name.StartsWith("libnv", StringComparison.Ordinal);
            return cuda
                ? $"The native library '{path}' needs {name}, which is not on this machine: it is built for CUDA 12.8. "
                    + "Install a driver and CUDA runtime of that version, or reference TorchSharp-cpu."
                : $"The native library '{path}' needs {name}, which is not on this machine. Install the package that holds it "
                    + "(libgomp1 for libgomp.so.1).";
        }

        return $"The native library '{path}' does not load on this machine. The system says: {loader.Trim()}";
    }

    [GeneratedRegex(@"version `(?<version>(?<kind>GLIBCXX|CXXABI|GLIBC)_[0-9.]+)' not found")]
    private static partial Regex MissingSymbolVersion();

    [GeneratedRegex(@"(?<name>lib[\w.+-]+\.so[\w.]*): cannot open shared object file")]
    private static partial Regex MissingLibrary();
}
