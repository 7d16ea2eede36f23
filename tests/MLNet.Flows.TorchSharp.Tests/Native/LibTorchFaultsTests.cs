using MLNet.Flows.TorchSharp.Native;

namespace MLNet.Flows.TorchSharp.Tests.Native;

public sealed class LibTorchFaultsTests
{
    [Fact]
    public void Explain_NoFile_NamesThePackage() =>
        Assert.Contains(
            "Reference the package TorchSharp-cpu", LibTorchFaults.Explain("torch_cpu", null, "cannot open shared object file"));

    [Fact]
    public void Explain_OldLibstdcxx_SaysWhichIsNeeded()
    {
        string message = LibTorchFaults.Explain(
            "LibTorchSharp",
            "/app/libLibTorchSharp.so",
            "Unable to load: /lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by "
            + "/app/libLibTorchSharp.so)");

        Assert.Contains("'/app/libLibTorchSharp.so' needs GLIBCXX_3.4.32, but this machine's libstdc++ is older", message);
        Assert.Contains("Debian 13, Ubuntu 24.04", message);
    }

    [Fact]
    public void Explain_OldCLibrary_DoesNotBlameLibstdcxx() =>
        Assert.Contains(
            "C library is older",
            LibTorchFaults.Explain(
                "torch_cpu",
                "/app/libtorch_cpu.so",
                "/lib/libc.so.6: version `GLIBC_2.38' not found (required by /app/libtorch_cpu.so)"));

    [Theory]
    [InlineData("libcudart.so.12", "built for CUDA 12.8")]
    [InlineData("libgomp.so.1", "libgomp1 for libgomp.so.1")]
    public void Explain_MissingDependency_NamesIt(string library, string expected) =>
        Assert.Contains(
            expected,
            LibTorchFaults.Explain(
                "torch_cuda", "/app/libtorch_cuda.so", $"{library}: cannot open shared object file: No such file or directory"));

    [Fact]
    public void Explain_AnythingElse_GivesTheSystemsWords() =>
        Assert.Contains(
            "The system says: invalid ELF header",
            LibTorchFaults.Explain("torch_cpu", "/app/libtorch_cpu.so", "invalid ELF header\n"));

    [TorchFact]
    public void Fault_CudaWithoutItsPackage_SaysWhichPackage() =>
        Assert.Equal(LibTorchFaults.NoCudaPackage, LibTorch.Fault(Device.Parse("cuda")!.Value));

    [Theory]
    [InlineData("gpu")]
    [InlineData("")]
    [InlineData("cuda:-1")]
    [InlineData("CPU")]
    public void Engine_UnknownDevice_ThrowsAndListsThem(string device) =>
        Assert.Contains(
            $"Device is '{device}', but it is 'cpu', 'cuda'",
            Assert.Throws<ArgumentException>(() => new TorchSharpEngine(device)).Message);
}
