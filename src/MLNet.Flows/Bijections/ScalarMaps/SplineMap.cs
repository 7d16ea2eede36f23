using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.ScalarMaps;

/// <summary>A monotone rational-quadratic spline of K bins on [-B, B], the identity outside; parameters (K raw widths, K raw
/// heights, K - 1 raw slopes at the inner knots). Durkan, Bekasov, Murray and Papamakarios 2019, arXiv:1906.04032, section
/// 3.1.</summary>
/// <remarks>
/// 1. Widths are 2 B times a softmax of their raw values, heights likewise, both mixed with equal bins so that none is smaller
/// than <see cref="Smallest"/> of the whole; what rounding leaves falls to the last bin.
/// 2. Slopes at inner knots are Smallest + softplus(raw + c), where c makes raw 0 a slope of 1; at the box's edges they are 1. So
/// at raw values of 0 the map is the identity.
/// 3. In the bin of x, from (x_k, y_k), w wide, h high, with slopes d0 and d1, and with t = (x - x_k) / w, p = t (1 - t), s = h /
/// w and q = d0 + d1 - 2 s: z = y_k + h A / D with A = s t^2 + d0 p and D = s + q p; dz/dx = s^2 N / D^2 with N = d1 t^2 + 2 s p
/// + d0 (1 - t)^2. All of s, D and N are positive, also where t rounds to 0 or 1.
/// 4. A vector holds values in different bins, so the knots are walked from the left and each value keeps the last one that is
/// not beyond it.
/// </remarks>
internal readonly unsafe partial struct SplineMap : IScalarMap
{
    /// <summary>Smallest width and height of a bin, as a share of the box, and smallest slope.</summary>
    public const float Smallest = 1e-3f;

    private const int R = RowBlock.Rows;
    private const int SmallestBins = 2;
    private const int LargestBins = 64;
    private const float SmallestBound = 0.1f;
    private const float LargestBound = 1000;
    private const int Widest = 16;

    // softplus(c) = 1 - Smallest.
    private static readonly double ExactSlopeShift = Math.Log(Math.Exp(1 - (double)Smallest) - 1);
    internal static readonly float SlopeShift = (float)ExactSlopeShift;

    /// <param name="bins">K, 2 to 64.</param>
    /// <param name="bound">B, in [0.1, 1000].</param>
    /// <exception cref="ArgumentException">Either is not.</exception>
    public SplineMap(int bins, float bound)
    {
        if (bins is < SmallestBins or > LargestBins || !(bound is >= SmallestBound and <= LargestBound))
        {
            throw new ArgumentException($"A spline has {bins} bins within {bound} of 0, but must have {SmallestBins} to "
                + $"{LargestBins} within {SmallestBound} to {LargestBound}. 8 bins within 5 are usual.");
        }

        (Bins, Bound) = (bins, bound);
    }

    public static BijectionKind CouplingKind => BijectionKind.SplineCoupling;

    public static BijectionKind AutoregressiveKind => BijectionKind.SplineAutoregressive;

    /// <summary>K.</summary>
    public int Bins { get; }

    /// <summary>B.</summary>
    public float Bound { get; }

    public int ParameterCount => 3 * Bins - 1;

    /// <summary>What a softmax is multiplied with: the box, less the bins' smallest sizes.</summary>
    public float Shared => 2 * Bound * (1 - Bins * Smallest);

    /// <summary>A bin's smallest size.</summary>
    public float SmallestBin => 2 * Bound * Smallest;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward<V, S>(int count, float* x, float* parameters, int stride, float* logSlope, float* scratch)
        where V : struct
        where S : struct, ISimd<V>
    {
        float* sizes = stackalloc float[2 * Bins * Widest];
        V bound = S.Create(Bound);
        for (int i = 0; i < count; i += S.Count)
        {
            V value = S.Load(x + i);
            Bin<V, S> bin = Find<V, S>(value, parameters + i, stride, sizes, out _, out _);
            V z = S.MultiplyAdd(bin.H, S.Divide(bin.A, bin.D), bin.Y);
            V slope = S.Divide(bin.Rise, bin.D);
            V log = VectorMath<V, S>.Log(S.Multiply(S.Multiply(slope, slope), bin.N));
            V distance = S.Abs(value);
            S.Store(S.SelectLess(distance, bound, z, value), x + i);
            S.Store(S.Add(S.Load(logSlope + i), S.SelectLess(distance, bound, log, S.Create(0))), logSlope + i);
        }
    }

    public void Inverse(Span<double> z, ReadOnlySpan<double> parameters, int stride, Span<double> logDet)
    {
        Span<double> widths = stackalloc double[LargestBins], heights = stackalloc double[LargestBins];
        for (int r = 0; r < R; r++)
        {
            if (!(Math.Abs(z[r]) < Bound))
                continue;
            Sizes(parameters[r..], stride, widths);
            Sizes(parameters[(Bins * stride + r)..], stride, heights);
            double left = -Bound, bottom = -Bound;
            int k = 0;
            while (k < Bins - 1 && z[r] >= bottom + heights[k])
            {
                left += widths[k];
                bottom += heights[k++];
            }

            double w = k < Bins - 1 ? widths[k] : Bound - left, h = k < Bins - 1 ? heights[k] : Bound - bottom;
            double d0 = k == 0 ? 1 : Slope(parameters[((2 * Bins + k - 1) * stride + r)..][0]);
            double d1 = k == Bins - 1 ? 1 : Slope(parameters[((2 * Bins + k) * stride + r)..][0]);
            double s = h / w, q = d0 + d1 - 2 * s, up = z[r] - bottom;

            // a t^2 + b t + c = 0, of whose roots this form finds the one in [0, 1] without a difference of near numbers.
            double a = h * (s - d0) + up * q, b = h * d0 - up * q, c = -s * up;
            double t = Math.Clamp(2 * c / (-b - Math.Sqrt(Math.Max(b * b - 4 * a * c, 0))), 0, 1), p = t * (1 - t);
            double d = s + q * p, n = d1 * t * t + 2 * s * p + d0 * (1 - t) * (1 - t);
            z[r] = left + w * t;
            logDet[r] -= Math.Log(s * s * n / (d * d));
        }
    }

    public void Write(ModelWriter writer)
    {
        writer.Write(Bins);
        writer.Write(Bound);
    }

    public static SplineMap Read(ModelReader reader) => new(reader.ReadInt32(), reader.ReadSingle());

    // Step 1 in double precision.
    private void Sizes(ReadOnlySpan<double> raw, int stride, Span<double> sizes)
    {
        double most = double.NegativeInfinity, sum = 0;
        for (int k = 0; k < Bins; k++)
            most = Math.Max(most, raw[k * stride]);
        for (int k = 0; k < Bins; k++)
            sum += sizes[k] = Math.Exp(raw[k * stride] - most);
        for (int k = 0; k < Bins; k++)
            sizes[k] = SmallestBin + Shared * sizes[k] / sum;
    }

    private static double Slope(double raw)
    {
        double shifted = raw + ExactSlopeShift;
        return Smallest + Math.Max(shifted, 0) + Math.Log(1 + Math.Exp(-Math.Abs(shifted)));
    }

    // Steps 1, 2 and 4. Sizes receive the softmaxes before they are divided by their sums: widths, then heights.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Bin<V, S> Find<V, S>(V value, float* parameters, int stride, float* sizes, out V perWidth, out V perHeight)
        where V : struct
        where S : struct, ISimd<V>
    {
        V bound = S.Create(Bound), smallest = S.Create(SmallestBin), zero = S.Create(0);
        V x = S.Min(S.Max(value, S.Create(-Bound)), bound);
        int half = Bins * S.Count;
        perWidth = S.Divide(S.Create(1), Softmax<V, S>(parameters, stride, sizes));
        perHeight = S.Divide(S.Create(1), Softmax<V, S>(parameters + Bins * stride, stride, sizes + half));
        V toWidth = S.Multiply(perWidth, S.Create(Shared)), toHeight = S.Multiply(perHeight, S.Create(Shared));
        float* slopes = parameters + 2 * Bins * stride;
        V left = S.Create(-Bound), bottom = left, lower = zero;
        Bin<V, S> bin = default;
        for (int k = 0; k < Bins; k++)
        {
            bool last = k == Bins - 1;
            V w = last ? S.Subtract(bound, left) : S.MultiplyAdd(S.Load(sizes + k * S.Count), toWidth, smallest);
            V h = last ? S.Subtract(bound, bottom) : S.MultiplyAdd(S.Load(sizes + half + k * S.Count), toHeight, smallest);
            V upper = last ? zero : S.Load(slopes + k * stride);
            if (k == 0)
            {
                (bin.X, bin.Y, bin.W, bin.H, bin.Raw0, bin.Raw1) = (left, bottom, w, h, lower, upper);
            }
            else
            {
                bin.X = S.SelectLess(x, left, bin.X, left);
                bin.Y = S.SelectLess(x, left, bin.Y, bottom);
                bin.W = S.SelectLess(x, left, bin.W, w);
                bin.H = S.SelectLess(x, left, bin.H, h);
                bin.Raw0 = S.SelectLess(x, left, bin.Raw0, lower);
                bin.Raw1 = S.SelectLess(x, left, bin.Raw1, upper);
            }

            left = S.Add(left, w);
            bottom = S.Add(bottom, h);
            lower = upper;
        }

        V one = S.Create(1), two = S.Create(2);
        bin.T = S.Min(S.Max(S.Divide(S.Subtract(x, bin.X), bin.W), zero), one);
        V rest = S.Subtract(one, bin.T);
        bin.P = S.Multiply(bin.T, rest);
        bin.Rise = S.Divide(bin.H, bin.W);
        bin.D0 = Slope<V, S>(bin.Raw0);
        bin.D1 = Slope<V, S>(bin.Raw1);
        bin.Q = S.NegatedMultiplyAdd(two, bin.Rise, S.Add(bin.D0, bin.D1));

        // As sums of positive terms: s (1 - 2 p) + (d0 + d1) p, with 1 - 2 p at least a half.
        bin.D = S.MultiplyAdd(S.Add(bin.D0, bin.D1), bin.P, S.Multiply(bin.Rise, S.NegatedMultiplyAdd(two, bin.P, one)));
        bin.A = S.MultiplyAdd(bin.D0, bin.P, S.Multiply(bin.Rise, S.Multiply(bin.T, bin.T)));
        bin.N = S.MultiplyAdd(
            bin.D1,
            S.Multiply(bin.T, bin.T),
            S.MultiplyAdd(bin.D0, S.Multiply(rest, rest), S.Multiply(S.Multiply(two, bin.Rise), bin.P)));
        return bin;
    }

    // exp(raw - largest) per bin; returns their sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private V Softmax<V, S>(float* raw, int stride, float* sizes)
        where V : struct
        where S : struct, ISimd<V>
    {
        V most = S.Load(raw), sum = S.Create(0);
        for (int k = 1; k < Bins; k++)
            most = S.Max(most, S.Load(raw + k * stride));
        for (int k = 0; k < Bins; k++)
        {
            V size = VectorMath<V, S>.Exp(S.Subtract(S.Load(raw + k * stride), most));
            sum = S.Add(sum, size);
            S.Store(size, sizes + k * S.Count);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Slope<V, S>(V raw)
        where V : struct
        where S : struct, ISimd<V>
    {
        V shifted = S.Add(raw, S.Create(SlopeShift)), zero = S.Create(0);
        V tail = VectorMath<V, S>.Log(S.Add(S.Create(1), VectorMath<V, S>.Exp(S.Subtract(zero, S.Abs(shifted)))));
        return S.Add(S.Add(S.Max(shifted, zero), tail), S.Create(Smallest));
    }

    /// <summary>What a value's bin is like, and step 3's terms.</summary>
    private struct Bin<V, S>
        where V : struct
        where S : struct, ISimd<V>
    {
        public V X;
        public V Y;
        public V W;
        public V H;
        public V Raw0;
        public V Raw1;
        public V T;
        public V P;
        public V Rise;
        public V D0;
        public V D1;
        public V Q;
        public V D;
        public V A;
        public V N;
    }
}
