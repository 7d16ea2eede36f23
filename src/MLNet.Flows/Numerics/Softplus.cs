namespace MLNet.Flows.Numerics;

/// <summary>softplus(t) = log(1 + e^t), which makes a positive number of any, with its inverse and its slope, without
/// overflow.</summary>
internal static class Softplus
{
    public static double Of(double t) => Math.Max(t, 0) + Math.Log(1 + Math.Exp(-Math.Abs(t)));

    /// <summary>The t whose softplus is y, for y above 0.</summary>
    public static double Inverse(double y) => y + Math.Log(-Math.Exp(-y) + 1);

    /// <summary>d softplus / dt, the logistic function.</summary>
    public static double Slope(double t) => t >= 0 ? 1 / (1 + Math.Exp(-t)) : Math.Exp(t) / (1 + Math.Exp(t));
}
