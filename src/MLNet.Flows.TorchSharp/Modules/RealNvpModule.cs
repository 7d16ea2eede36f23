using MLNet.Flows.Bijections;
using MLNet.Flows.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>RealNVP under autograd: actnorm and affine coupling, L times. Couplings come in pairs: a random half of the columns, then the other half.</summary>
/// <remarks>Dinh, Sohl-Dickstein and Bengio 2017, arXiv:1605.08803, section 3.4 and 3.5; actnorm in the place of batch normalization.</remarks>
internal sealed class RealNvpModule : FlowModule
{
    private readonly ModuleList<FlowModule> _steps = new();

    /// <param name="dimension">D.</param>
    /// <param name="couplings">L.</param>
    /// <param name="hidden">Units of each hidden layer of a conditioner.</param>
    /// <param name="logScaleBound">How far from 0 a coupling's log-scales may be.</param>
    /// <param name="random">Draws halves and starting weights.</param>
    public RealNvpModule(int dimension, int couplings, int[] hidden, float logScaleBound, RandomStream random)
        : base("real_nvp")
    {
        int[] columns = [.. Enumerable.Range(0, dimension)];
        for (int i = 0; i < couplings; i++)
        {
            // Both of a pair leave about half of the columns as they are, and together they change all.
            if (i % 2 == 0)
                random.Shuffle<int>(columns);
            int[] passive = i % 2 == 0 ? columns[..(dimension / 2)] : columns[(dimension / 2)..];
            if (passive.Length == dimension)
                passive = [];
            Array.Sort(passive);
            _steps.Add(new ActNorm(dimension));
            _steps.Add(new AffineCouplingModule(dimension, passive, hidden, logScaleBound, random));
        }

        RegisterComponents();
    }

    public override void Initialize(Tensor rows)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (FlowModule step in _steps)
        {
            step.Initialize(rows);
            rows = step.call(rows).Latent;
        }
    }

    public override (Tensor Latent, Tensor LogDet) forward(Tensor x)
    {
        Tensor z = x, sum = x.new_zeros(x.shape[0]);
        foreach (FlowModule step in _steps)
        {
            (z, Tensor logDet) = step.call(z);
            sum = sum.Plus(logDet);
        }

        return (z, sum);
    }

    public override Bijection[] Freeze() => [.. _steps.SelectMany(step => step.Freeze())];
}
