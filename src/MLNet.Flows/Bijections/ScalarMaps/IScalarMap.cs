using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.ScalarMaps;

/// <summary>An increasing map of the real line onto itself, whose parameters a conditioner computes for each value.</summary>
/// <remarks>
/// Methods work on a run of values side by side: a column of a block (64 rows) or the active columns of one row. Parameter p of
/// the run's value i is at
/// <c>parameters[p * stride + i]</c>. A map is a struct, so that the compiler fuses it with whatever runs it; its fields are what
/// the map is set to once. Runs may reach over their ends up to a whole vector, as the buffers of blocks and rows allow.
/// </remarks>
internal unsafe interface IScalarMap
{
    /// <summary>Parameters of each value.</summary>
    int ParameterCount { get; }

    /// <summary>What a coupling with this map is, in model files.</summary>
    static abstract BijectionKind CouplingKind { get; }

    /// <summary>What an autoregressive map with this map is, in model files.</summary>
    static abstract BijectionKind AutoregressiveKind { get; }

    /// <summary>x to z in place; adds log dz/dx.</summary>
    /// <param name="count">Values in the run.</param>
    /// <param name="x">The run.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="stride">From a value's parameter to its next one.</param>
    /// <param name="logSlope">Per value, log dz/dx is added.</param>
    /// <param name="scratch">64 floats for the map's own use.</param>
    void Forward<V, S>(int count, float* x, float* parameters, int stride, float* logSlope, float* scratch)
        where V : struct
        where S : struct, ISimd<V>;

    /// <summary>The gradient of L = sum_r (weight_r log dz/dx + what follows of z) over a column of 64 rows.</summary>
    /// <param name="x">The column as <see cref="Forward"/> got it.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="stride">From a value's parameter to its next one.</param>
    /// <param name="weights">[64].</param>
    /// <param name="g">dL/dz; overwritten with dL/dx.</param>
    /// <param name="onParameters">Receives dL/d parameters, laid out like them.</param>
    void Backward<V, S>(float* x, float* parameters, int stride, float* weights, float* g, float* onParameters)
        where V : struct
        where S : struct, ISimd<V>;

    /// <summary>z to x in place, in double precision over a column of 64 rows; adds log dx/dz.</summary>
    /// <param name="z">The column.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="stride">From a value's parameter to its next one.</param>
    /// <param name="logDet">[64]; log dx/dz is added.</param>
    void Inverse(Span<double> z, ReadOnlySpan<double> parameters, int stride, Span<double> logDet);

    /// <summary>Writes what the map is set to.</summary>
    void Write(ModelWriter writer);
}
