using Microsoft.ML.Data;

namespace MLNet.Flows.Transformers;

/// <summary>Feature vectors as plain spans.</summary>
internal static class FlowFeatures
{
    /// <summary>The values; a sparse vector is written out to a reused array.</summary>
    public static ReadOnlySpan<float> Dense(in VBuffer<float> buffer, ref float[]? dense)
    {
        if (buffer.IsDense)
            return buffer.GetValues();
        dense ??= new float[buffer.Length];
        buffer.CopyTo(dense);
        return dense;
    }
}
