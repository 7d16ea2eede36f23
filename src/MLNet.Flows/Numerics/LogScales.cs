namespace MLNet.Flows.Numerics;

/// <summary>Scales in training are exp of log-scales, which are kept within a limit; the gradient that pushes further is
/// dropped.</summary>
internal static class LogScales
{
    /// <summary>Log-scales are kept within this distance of 0.</summary>
    public const float Limit = 12;

    /// <summary>exp of the log-scales, kept within the limit.</summary>
    public static float[] Exp(ReadOnlySpan<float> logScales)
    {
        var scales = new float[logScales.Length];
        Exp(logScales, scales);
        return scales;
    }

    /// <summary>exp of the log-scales, kept within the limit.</summary>
    public static void Exp(ReadOnlySpan<float> logScales, Span<float> scales)
    {
        for (int i = 0; i < logScales.Length; i++)
            scales[i] = MathF.Exp(Math.Clamp(logScales[i], -Limit, Limit));
    }

    /// <summary>Sets to 0 the gradients of the log-scales that are beyond the limit.</summary>
    public static void DropOutOfRange(ReadOnlySpan<float> logScales, Span<float> gradient)
    {
        for (int i = 0; i < logScales.Length; i++)
        {
            if (MathF.Abs(logScales[i]) > Limit)
                gradient[i] = 0;
        }
    }
}
