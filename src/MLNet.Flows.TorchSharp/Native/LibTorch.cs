using System.Runtime.InteropServices;
using TorchSharp;

namespace MLNet.Flows.TorchSharp.Native;

/// <summary>Makes sure that libtorch can be used, and says plainly what is missing where it cannot.</summary>
/// <remarks>TorchSharp itself answers every failure with the advice to reference a package, after copying half a gigabyte of
/// libraries beside the app. So the libraries are loaded here first, where the loader's own words can be read.</remarks>
internal static class LibTorch
{
    private const string Core = "LibTorchSharp";

    /// <summary>Loads what the device needs.</summary>
    /// <param name="device">A valid device.</param>
    /// <exception cref="InvalidOperationException">It cannot be loaded, or the device is not there; the message says what to
    /// install.</exception>
    public static void Require(Device device)
    {
        if (Fault(device) is string fault)
            throw new InvalidOperationException(fault);
    }

    /// <summary>What keeps the device from being used; null where it can be.</summary>
    public static string? Fault(Device device)
    {
        if (LoadFault("torch_cpu") is string torchFault)
            return torchFault;
        if (LoadFault(Core) is string coreFault)
            return coreFault;
        return device.Type switch
        {
            DeviceType.CUDA => CudaFault(),
            DeviceType.MPS when !torch.mps_is_available() => LibTorchFaults.NoMetal,
            _ => null,
        };
    }

    private static string? CudaFault()
    {
        if (Find("torch_cuda") is null && !NativeLibrary.TryLoad("torch_cuda", typeof(torch).Assembly, null, out _))
            return LibTorchFaults.NoCudaPackage;
        if (LoadFault("torch_cuda") is string fault)
            return fault;
        return torch.TryInitializeDeviceType(DeviceType.CUDA) && torch.cuda.is_available() ? null : LibTorchFaults.NoCudaDevice;
    }

    // Null where the library loads. One that an app has loaded by itself, from elsewhere, is found by its name.
    private static string? LoadFault(string library)
    {
        try
        {
            if (Find(library) is string path)
                NativeLibrary.Load(path);
            else
                NativeLibrary.Load(library, typeof(torch).Assembly, null);
            return null;
        }
        catch (Exception fault) when (fault is DllNotFoundException or BadImageFormatException)
        {
            return LibTorchFaults.Explain(library, Find(library), fault.Message);
        }
    }

    private static string? Find(string library)
    {
        string file = OperatingSystem.IsWindows()
            ? $"{library}.dll"
            : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";
        string searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Select(folder => Path.Combine(folder, file))
            .FirstOrDefault(File.Exists);
    }
}
