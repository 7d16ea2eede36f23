using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLNet.Flows.Training;

/// <summary>Adam (Kingma and Ba 2015, arXiv:1412.6980) with gradient-norm clipping, decoupled weight decay (AdamW, Loshchilov and
/// Hutter 2019, arXiv:1711.05101), and a moving average of the weights.</summary>
/// <param name="count">Number of parameters.</param>
internal sealed class AdamOptimizer(int count)
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;

    /// <summary>Largest Euclidean norm of the mean gradient; longer ones are scaled down.</summary>
    public double GradientClipNorm { get; init; } = 5;

    /// <summary>Decay of the moving average of the weights.</summary>
    public float AverageDecay { get; init; } = 0.98f;

    /// <summary>Share of every weight, times the learning rate, that a step takes off it before it climbs.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The weights; the caller fills in the starting ones.</summary>
    public float[] Parameters { get; } = new float[count];

    /// <summary>Exponential moving average of the weights.</summary>
    public float[] Average { get; } = new float[count];

    /// <summary>Gradient of the objective, to be climbed; a copy that is only kept has none.</summary>
    public float[] Gradient => field ??= new float[count];

    private float[] FirstMoment { get; } = new float[count];

    private float[] SecondMoment { get; } = new float[count];

    private int Steps { get; set; }

    /// <summary>Starts the average at the current weights.</summary>
    public void StartAverage() => Parameters.CopyTo(Average, 0);

    /// <summary>One step up the gradient.</summary>
    /// <param name="learningRate">The step size.</param>
    /// <param name="scale">What the gradient is multiplied with first: 1 / (sum of weights) makes a sum a mean.</param>
    /// <returns>False when the gradient is not finite; nothing is changed then.</returns>
    public bool Step(double learningRate, double scale)
    {
        double norm = Norm(Gradient) * Math.Abs(scale);
        if (!double.IsFinite(norm))
            return false;
        if (norm > GradientClipNorm)
            scale *= GradientClipNorm / norm;

        Steps++;
        float rate = (float)((float)learningRate / (1 - Math.Pow(Beta1, Steps)));
        float correction = (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, Steps)));
        Update((float)scale, rate, correction, (float)(1 - learningRate * WeightDecay));
        return true;
    }

    public void CopyFrom(AdamOptimizer other)
    {
        other.Parameters.CopyTo(Parameters, 0);
        other.Average.CopyTo(Average, 0);
        other.FirstMoment.CopyTo(FirstMoment, 0);
        other.SecondMoment.CopyTo(SecondMoment, 0);
        Steps = other.Steps;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Norm(ReadOnlySpan<float> gradient)
    {
        int i = 0;
        Vector256<float> even = Vector256<float>.Zero, odd = even;
        for (; i + 2 * Vector256<float>.Count <= gradient.Length; i += 2 * Vector256<float>.Count)
        {
            Vector256<float> a = Vector256.Create(gradient[i..]), b = Vector256.Create(gradient[(i + Vector256<float>.Count)..]);
            even += a * a;
            odd += b * b;
        }

        double sum = Vector256.Sum(even + odd);
        for (; i < gradient.Length; i++)
            sum += gradient[i] * gradient[i];
        return Math.Sqrt(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Update(float scale, float rate, float correction, float keep)
    {
        float decay = AverageDecay;
        int i = 0;
        ref float p = ref MemoryMarshal.GetArrayDataReference(Parameters);
        ref float a = ref MemoryMarshal.GetArrayDataReference(Average);
        ref float g = ref MemoryMarshal.GetArrayDataReference(Gradient);
        ref float m = ref MemoryMarshal.GetArrayDataReference(FirstMoment);
        ref float v = ref MemoryMarshal.GetArrayDataReference(SecondMoment);
        for (; i + Vector256<float>.Count <= Parameters.Length; i += Vector256<float>.Count)
        {
            nuint at = (nuint)i;
            Vector256<float> gradient = Vector256.LoadUnsafe(ref g, at) * scale;
            Vector256<float> first = Vector256.LoadUnsafe(ref m, at) * Beta1 + gradient * (1 - Beta1);
            Vector256<float> second = Vector256.LoadUnsafe(ref v, at) * Beta2 + gradient * gradient * (1 - Beta2);
            Vector256<float> climb = first * rate / (Vector256.Sqrt(second) * correction + Vector256.Create(Epsilon));
            Vector256<float> weight = Vector256.LoadUnsafe(ref p, at) * keep + climb;
            Vector256<float> average = Vector256.LoadUnsafe(ref a, at);
            (average + (weight - average) * (1 - decay)).StoreUnsafe(ref a, at);
            first.StoreUnsafe(ref m, at);
            second.StoreUnsafe(ref v, at);
            weight.StoreUnsafe(ref p, at);
        }

        for (; i < Parameters.Length; i++)
        {
            float gradient = Gradient[i] * scale;
            FirstMoment[i] = FirstMoment[i] * Beta1 + gradient * (1 - Beta1);
            SecondMoment[i] = SecondMoment[i] * Beta2 + gradient * gradient * (1 - Beta2);
            Parameters[i] = Parameters[i] * keep + FirstMoment[i] * rate / (MathF.Sqrt(SecondMoment[i]) * correction + Epsilon);
            Average[i] += (Parameters[i] - Average[i]) * (1 - decay);
        }
    }
}
