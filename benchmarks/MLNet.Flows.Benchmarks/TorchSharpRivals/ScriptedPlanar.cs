using MLNet.Flows.TorchSharp.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.Benchmarks.TorchSharpRivals;

/// <summary>The planar stack with its layers in one TorchScript function: what a TorchSharp user would write for speed.</summary>
internal sealed class ScriptedPlanar : BijectionModule
{
    private const string Source = """
        def stack(z, w, uhat, b, c):
            logdet = torch.zeros_like(z[:, 0])
            for k in range(w.size(0)):
                h = torch.tanh(torch.mv(z, w[k]) + b[k])
                z = z + h.unsqueeze(1) * uhat[k]
                logdet = logdet + torch.log1p(c[k] * (1 - h * h))
            return z, logdet

        """;

    private readonly jit.CompilationUnit _script = jit.compile(Source);
    private readonly Parameter _w;
    private readonly Parameter _u;
    private readonly Parameter _b;

    /// <param name="dimension">D.</param>
    /// <param name="layers">K.</param>
    /// <param name="start">[W | U | b].</param>
    public ScriptedPlanar(int dimension, int layers, float[] start)
        : base("scripted_planar")
    {
        int size = layers * dimension;
        _w = ModuleTensors.Parameter(start.AsSpan(0, size), layers, dimension);
        _u = ModuleTensors.Parameter(start.AsSpan(size, size), layers, dimension);
        _b = ModuleTensors.Parameter(start.AsSpan(2 * size), layers);
        RegisterComponents();
    }

    public override (Tensor Z, Tensor LogDet) forward(Tensor x)
    {
        Tensor wDotU = (_w * _u).sum(1), wDotW = _w.Squared().sum(1);
        Tensor c = logaddexp(wDotU.Plus(Scalars.PlanarBeta), zeros_like(wDotU)) - Scalars.PlanarFloor;
        Tensor uHat = _u.Plus(((c - wDotU) / wDotW).unsqueeze(1) * _w);
        return ((Tensor, Tensor))_script.invoke("stack", x, _w, uHat, _b, c)!;
    }
}
