using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>The numbers that modules compute with, as objects that live as long as the process.</summary>
/// <remarks>TorchSharp makes a Scalar of a number in an expression and passes its native half on without keeping the object
/// alive: the collector can free it before libtorch has read it, and the operation then fails or computes with something else. So
/// no module writes a number into an expression, and none uses an operator that TorchSharp completes with a number of its own: a
/// + b is a + 1 b there, and a square the power of 2.</remarks>
internal static class Scalars
{
    public static readonly Scalar One = 1.0;
    public static readonly Scalar Two = 2.0;
    public static readonly Scalar MinusHalf = -0.5;
    public static readonly Scalar MinusTwo = -2.0;

    /// <summary>Log-scales of base distributions stay within these.</summary>
    public static readonly Scalar LowestLogScale = -LogScales.Limit;
    public static readonly Scalar HighestLogScale = LogScales.Limit;

    /// <summary>beta and 1 - margin of <see cref="PlanarConstraint"/>.</summary>
    public static readonly Scalar PlanarBeta = Math.Log(Math.Exp(1 - PlanarConstraint.Margin) - 1);
    public static readonly Scalar PlanarFloor = 1 - PlanarConstraint.Margin;

    /// <summary>a + b, with a number 1 that lives.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + b, with a number 1 that lives.</summary>
    public static Tensor Plus(this Tensor a, Scalar b) => a.add(b, One);

    /// <summary>a^2, as a product.</summary>
    public static Tensor Squared(this Tensor a) => a * a;
}
