using System.Runtime.Intrinsics;

namespace MLNet.Flows.Numerics;

/// <summary>Work that is written once for every vector width.</summary>
/// <remarks>Kernels ask for AggressiveOptimization: they are compiled once and in full at their first call. Left to tiered
/// compilation they would start as unoptimized code, in which every vector operation is a call, and most of a fit on a thousand
/// rows would pass in it.</remarks>
internal interface ISimdOperation
{
    void Run<V, S>()
        where V : struct
        where S : struct, ISimd<V>;
}

/// <summary>Runs an operation at a vector width chosen at run time.</summary>
internal static class SimdDispatch
{
    public static void Run<TOperation>(SimdWidth width, ref TOperation operation)
        where TOperation : struct, ISimdOperation, allows ref struct
    {
        switch (width)
        {
            case SimdWidth.Vector512:
                operation.Run<Vector512<float>, Simd512>();
                break;
            case SimdWidth.Vector256:
                operation.Run<Vector256<float>, Simd256>();
                break;
            case SimdWidth.Vector128:
                operation.Run<Vector128<float>, Simd128>();
                break;
            default:
                operation.Run<float, SimdScalar>();
                break;
        }
    }
}
