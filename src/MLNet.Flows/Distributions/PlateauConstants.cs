using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>Constant columns as what they were in training: always the constant, up to rounding, and hardly ever anything
/// else.</summary>
/// <remarks>
/// 1. A value x keeps the constant c where |x - c| is at most w, the half-width that covers the training values and one step of
///    Single more; for c = 0 only 0 itself does. Nearly all mass lies there, evenly: 1 - e^-D, with D the nats that a departure
///    costs at least.
/// 2. The rest, e^-D, lies outside, half on either side, with density g(t) = 1 / (1 + t)^2 in t = log r, r = |x - c| / w: it has
///    no unit and integrates to 1 over t > 0.
/// 3. Lengths are measured in plateaus, u = (x - c) / 2w. Then dt = dr / r and dr = 2 |du|, so that the density is 1 - e^-D on
///    the plateau and e^-D 1/2 g(t) 2 / r = e^-D / (r (1 + t)^2) outside; together they integrate to 1.
/// 4. So a row that keeps its constants gains log(1 - e^-D), which is 0 in double precision, however many there are: thousands of
///    columns of zeros neither move likelihoods nor use up the digits of Single. A departure loses D + log r + 2 log(1 + log r):
///    finite for every value, more the further, and the same in any unit.
/// </remarks>
internal sealed class PlateauConstants : ConstantFactor
{
    /// <summary>Nats that a departure costs at least, before the training rows' likelihoods are known.</summary>
    public const double LeastDepartureNats = 1000;

    private const double MostDepartureNats = 1e30;
    private readonly float[] _halfWidths;

    /// <param name="values">[m], the constants.</param>
    /// <param name="halfWidths">[m], of the plateaus; 0 where nothing but the constant itself keeps it.</param>
    /// <param name="departureNats">D, 1,000 or more.</param>
    public PlateauConstants(float[] values, float[] halfWidths, double departureNats = LeastDepartureNats)
        : base(values) => (_halfWidths, DepartureNats) = (halfWidths, Math.Clamp(
            departureNats, LeastDepartureNats, MostDepartureNats));

    /// <summary>D.</summary>
    public double DepartureNats { get; }

    /// <summary>[m], of the plateaus.</summary>
    public ReadOnlySpan<float> HalfWidths => _halfWidths;

    public override ConstantFactorKind Kind => ConstantFactorKind.Plateau;

    /// <summary>The half-width for a column whose training values lie from <paramref name="lowest"/> to
    /// <paramref name="highest"/>.</summary>
    public static float HalfWidth(float lowest, float highest)
    {
        float size = Math.Max(Math.Abs(lowest), Math.Abs(highest));
        return size == 0 ? 0 : (float)(0.5 * ((double)highest - lowest) + 1.5 * (size - (double)MathF.BitDecrement(size)));
    }

    public override double LogProb(int i, float value) => -NatsLost(i, value);

    public override double NatsLost(int i, float value)
    {
        double distance = Math.Abs(value - (double)Values[i]);
        if (distance <= _halfWidths[i])
            return 0;

        double t = Math.Log(distance / Unit(_halfWidths[i]));
        return DepartureNats + t + 2 * Math.Log(1 + t);
    }

    /// <summary>What distances outside of a plateau are counted in: where it is a point, half the smallest step of
    /// Single.</summary>
    public static double Unit(float halfWidth) => Math.Max(halfWidth, 0.5 * float.Epsilon);

    public override double Sample(int i, RandomStream random) => Values[i];

    /// <summary>The same columns with a departure that costs more than the whole range of the likelihoods that rows are ranked
    /// among.</summary>
    /// <param name="range">The largest of them less the smallest.</param>
    public PlateauConstants BeyondRange(double range) => new(Values.ToArray(), _halfWidths, 2 * range);

    public override void Write(ModelWriter writer)
    {
        writer.Write(Values);
        writer.Write(_halfWidths);
        writer.Write(DepartureNats);
    }

    public static PlateauConstants Read(ModelReader reader, int count)
    {
        float[] values = reader.ReadFiniteSingles(count), halfWidths = reader.ReadFiniteSingles(count);
        foreach (float halfWidth in halfWidths)
            reader.Check(halfWidth >= 0, $"the half-width {halfWidth} of a constant column");
        double nats = reader.ReadDouble();
        reader.Check(
            nats is >= LeastDepartureNats and <= MostDepartureNats, $"constant columns whose departure costs {nats} nats");
        return new PlateauConstants(values, halfWidths, nats);
    }
}
