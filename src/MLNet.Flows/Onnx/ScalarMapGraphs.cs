using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Onnx;

/// <summary>Writes the scalar maps of one line.</summary>
internal static class ScalarMapGraphs
{
    public static (OnnxValue Z, OnnxValue? LogSlope) Write(AdditiveMap map, OnnxValue x, OnnxValue parameters, int count) =>
        ((x + parameters).Clip(-ValueLimit.Largest, ValueLimit.Largest), null);

    public static (OnnxValue Z, OnnxValue? LogSlope) Write(AffineMap map, OnnxValue x, OnnxValue parameters, int count)
    {
        OnnxValue raw = parameters.Slice(0, count), shift = parameters.Slice(count, count);
        OnnxValue logScale = (raw * (1 / map.LogScaleBound)).Tanh() * map.LogScaleBound;
        return ((x * logScale.Exp() + shift).Clip(-ValueLimit.Largest, ValueLimit.Largest), logScale);
    }
}
