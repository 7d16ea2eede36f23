using System.Globalization;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Numerics;
using MLNet.Flows.Variational;

namespace MLNet.Flows;

/// <summary>A planar flow in the sampling direction, fitted to a density that is known only up to a constant: variational
/// inference.</summary>
/// <remarks>
/// z = f(z0) with z0 normal, its mean and diagonal scale learned. Minimizes the free energy F = E_q[log q(z) + U(z)] (the reverse
/// Kullback-Leibler divergence up to the constant -log Z) by gradients through the draws: the same fused forward and backward as
/// in training on data, because F = const - E[sum log scale + log|det| - U(f(z0))]. The density of q at any point comes from the
/// exact inverse of the stack. Rezende and Mohamed 2015, arXiv:1505.05770, section 4.2 and figure 3. Immutable and thread-safe
/// once fitted.
/// </remarks>
public sealed partial class VariationalPlanarFlow
{
    private const double LeastEffectiveShare = 0.1;
    private static readonly double LogSqrtTwoPi = 0.5 * Math.Log(2 * Math.PI);
    private readonly PlanarStack _stack;
    private readonly float[] _mean;
    private readonly float[] _scale;

    internal VariationalPlanarFlow(PlanarStack stack, float[] mean, float[] scale, double freeEnergy)
    {
        (_stack, _mean, _scale) = (stack, mean, scale);
        FreeEnergy = freeEnergy;
    }

    /// <summary>d.</summary>
    public int Dimension => _mean.Length;

    /// <summary>E_q[log q(z) + U(z)] in nats, over the draws of the last steps; at best -log Z, when q is the target.</summary>
    public double FreeEnergy { get; }

    /// <summary>Of draws from q weighted by exp(-U) / q, the share that is effective, as equally weighted draws count: (sum w)^2
    /// / (n sum w^2), in [0, 1], over 4,096 draws; 1 where q is the target.</summary>
    public double EffectiveSampleShare { get; private init; } = 1;

    /// <summary>What to know before q is used, where <see cref="EffectiveSampleShare"/> is under 0.1; null otherwise.</summary>
    public string? Warning => EffectiveSampleShare < LeastEffectiveShare
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"The importance weights of draws leave {EffectiveSampleShare:P1} of them in effect, less than "
            + $"{LeastEffectiveShare:P0}: the flow misses much of the target or strays beyond it. ")
            + "Take more layers or steps, or check that the gradient is that of the energy."
        : null;

    /// <summary>Fits a flow to exp(-U).</summary>
    /// <param name="dimension">d, at least 1.</param>
    /// <param name="energy">U and its gradient.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The fitted flow.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all faults are listed.</exception>
    /// <exception cref="InvalidOperationException">The energy or its gradient is not finite, step after step, or was left
    /// unset.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the free energy was known.</exception>
    public static VariationalPlanarFlow Fit(int dimension, EnergyFunction energy, Options? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentNullException.ThrowIfNull(energy);
        options ??= new Options();
        options.Check();
        return new VariationalTrainer(dimension, energy, options).Run();
    }

    internal VariationalPlanarFlow WithEffectiveSampleShare(double share) =>
        new(_stack, _mean, _scale, FreeEnergy) { EffectiveSampleShare = share };

    /// <summary>Draws points from q.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="seed">Same seed, same points.</param>
    /// <returns>[count, d], row-major.</returns>
    public float[] Sample(int count, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var points = new float[checked(count * Dimension)];
        var random = new RandomStream(seed, RandomStreams.Draws);
        var block = new RowBlock(Dimension, _stack.ScratchColumns);
        for (int start = 0; start < count; start += RowBlock.Rows)
        {
            int rows = Math.Min(RowBlock.Rows, count - start);
            for (int r = 0; r < rows; r++)
            {
                for (int d = 0; d < Dimension; d++)
                    block.Values[d * RowBlock.Rows + r] = (float)(_mean[d] + _scale[d] * random.NextGaussian());
            }

            block.LogDet.Clear();
            _stack.Forward(block);
            for (int r = 0; r < rows; r++)
            {
                for (int d = 0; d < Dimension; d++)
                    points[(start + r) * Dimension + d] = block.Values[d * RowBlock.Rows + r];
            }
        }

        return points;
    }

    /// <summary>log q at any points, by the exact inverse.</summary>
    /// <param name="points">[n, d], row-major, finite.</param>
    /// <param name="result">[n]; receives log q(z), in nats.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public void LogDensity(ReadOnlySpan<float> points, Span<float> result)
    {
        if (points.Length != (long)result.Length * Dimension)
            throw new ArgumentException(
                $"There are {points.Length} values for {result.Length} results, but points have {Dimension} values each. Pass "
                + "whole points and one result each.");
        var block = new DoubleBlock(Dimension);
        for (int start = 0; start < result.Length; start += RowBlock.Rows)
        {
            int rows = Math.Min(RowBlock.Rows, result.Length - start);
            block.LogDet.AsSpan().Clear();
            for (int r = 0; r < rows; r++)
            {
                for (int d = 0; d < Dimension; d++)
                    block.Values[d * RowBlock.Rows + r] = points[(start + r) * Dimension + d];
            }

            _stack.Inverse(block);
            for (int r = 0; r < rows; r++)
            {
                double logProb = block.LogDet[r];
                for (int d = 0; d < Dimension; d++)
                {
                    double t = (block.Values[d * RowBlock.Rows + r] - _mean[d]) / _scale[d];
                    logProb -= 0.5 * t * t + Math.Log(_scale[d]) + LogSqrtTwoPi;
                }

                result[start + r] = (float)logProb;
            }
        }
    }
}
