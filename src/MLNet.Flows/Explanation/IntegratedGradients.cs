using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Explanation;

/// <summary>Shares a row's Score out among its features: integrated gradients (Sundararajan, Taly and Yan 2017, arXiv:1703.01365)
/// from a reference row. Not thread-safe.</summary>
/// <remarks>
/// contribution_i = (x_i - ref_i) int_0^1 dScore/dx_i(ref + t (x - ref)) dt, so that the contributions add up to Score(x) -
/// Score(ref).
/// 1. The path is cut into 63 pieces, finer near the reference, where the data is and the density bends. Their 64 ends are one
///    block. Of a row so far out that the score ends before the first of them (<see cref="ValueLimit"/>), the pieces are cut
///    from the part of the path before that; it is found among the powers of 1/4.
/// 2. Each piece gets the trapezoid rule; the scores at its ends say what its contributions must add up to, hence its exact
///    error.
/// 3. While the errors beyond single-precision rounding add up to more than 0.2 % of the whole change (and 0.0002 nats), the
///    worst pieces are halved, 64 at a time, for 40 rounds at most.
/// 4. What error is left in a piece is distributed in proportion to its contributions, and what is no more than rounding, in
///    proportion to those of the whole path: the sum is exact.
/// Categories have a way of their own: the logarithms of their shares in each component go straight from the reference's to the
/// row's, log theta_kj(t) = (1 - t) log theta_kj(ref) + t log theta_kj(c), so that a categorical column contributes -int_0^1
/// sum_k r_k(t) (log theta_kj(c) - log theta_kj(ref)) dt, with r_k the components' parts in the point of the path.
/// Columns that were constant in training add a score of their own, which is their contribution: what a departure loses.
/// Cost: from 64 gradients (about 200 scorings) for a smooth path to 2,600 for the roughest.
/// </remarks>
internal sealed class IntegratedGradients
{
    private const int MaximumRounds = 40;
    private const double Tolerance = 2e-3;
    private const double EndTolerance = 1e-3;

    // In nats. Nearer rows are looked at piece by piece anyway.
    private const double FarScore = 1e12;
    private readonly FlowDensity _density;
    private readonly DensityGradient _gradient;
    private readonly CategoryPath _path;
    private readonly double[] _start;
    private readonly double[] _difference;
    private readonly double[] _logProb = new double[RowBlock.Rows];
    private readonly List<Node> _nodes = [];

    /// <param name="density">The density explained.</param>
    public IntegratedGradients(FlowDensity density)
    {
        _density = density;
        _gradient = new DensityGradient(density);
        _start = new double[density.Columns.ActiveColumns.Length];
        _difference = new double[_start.Length];
        _path = new CategoryPath(density.CategoryColumns);
        if (_gradient.Points.Categories is CategoryLanes categories)
            categories.Path = _path;
    }

    /// <summary>Writes the contributions of every feature, and behind them of every categorical column.</summary>
    /// <param name="features">[FeatureCount], finite.</param>
    /// <param name="context">[ContextColumns], finite: what the row is given; the same along the path.</param>
    /// <param name="categories">[CategoryColumns], the row's codes.</param>
    /// <param name="reference">The row that contributions are counted from.</param>
    /// <param name="contributions">[FeatureCount + CategoryColumns], in nats; they add up to Score(row) -
    /// Score(reference).</param>
    public void Explain(
        ReadOnlySpan<float> features,
        ReadOnlySpan<float> context,
        ReadOnlySpan<int> categories,
        ReferenceRow reference,
        Span<float> contributions)
    {
        float[] given = context.ToArray();
        _density.Context?.Apply(given);
        for (int c = 0; c < given.Length; c++)
            _gradient.Points.Context.Span.Slice(c * RowBlock.Rows, RowBlock.Rows).Fill(given[c]);
        int[] active = _density.Columns.ActiveColumns;
        for (int j = 0; j < active.Length; j++)
        {
            _start[j] = reference.Features[active[j]];
            _difference[j] = features[active[j]] - _start[j];
        }

        reference.Categories.CopyTo(_path.From, 0);
        categories.CopyTo(_path.To);
        double[] sums = Array.TrueForAll(_difference, d => d == 0) && _path.From.AsSpan().SequenceEqual(_path.To)
            ? new double[active.Length + categories.Length]
            : Integrate();
        for (int j = 0; j < active.Length; j++)
            contributions[active[j]] = (float)Math.Clamp(sums[j], float.MinValue, float.MaxValue);
        for (int j = 0; j < categories.Length; j++)
            contributions[_density.FeatureCount + j] =
                (float)Math.Clamp(sums[active.Length + j], float.MinValue, float.MaxValue);
        for (int i = 0; i < _density.Columns.ConstantColumns.Length; i++)
        {
            int column = _density.Columns.ConstantColumns[i];
            contributions[column] = (float)Math.Min(_density.Columns.Constants.NatsLost(i, features[column]), float.MaxValue);
        }
    }

    private double[] Integrate()
    {
        _nodes.Clear();
        _nodes.AddRange(Evaluate(Squares(RowBlock.Rows)));
        if (IsAtTheEnd(_nodes[1]))
        {
            List<Node> powers = Evaluate([.. Enumerable.Range(0, RowBlock.Rows).Select(i => Math.Pow(0.25, i))]);
            double end = powers.TakeWhile(IsAtTheEnd).Last().T;
            Node last = _nodes[^1];
            _nodes.Clear();
            _nodes.AddRange(Evaluate([.. Squares(RowBlock.Rows).Select(t => t * end)]));
            _nodes.Add(last);
        }

        double whole = Math.Max(Math.Abs(_nodes[^1].Score - _nodes[0].Score), 0.1);
        for (int round = 0; round < MaximumRounds; round++)
        {
            (int Piece, double Error)[] errors =
                [.. Enumerable.Range(0, _nodes.Count - 1).Select(i => (i, Math.Max(Math.Abs(Error(i)) - Rounding(i), 0)))];
            if (errors.Sum(e => e.Error) <= Tolerance * whole)
                break;
            Array.Sort(errors, (a, b) => b.Error.CompareTo(a.Error));
            double[] halves =
                [.. errors.Take(RowBlock.Rows).Where(e => e.Error > 0)
                    .Select(e => 0.5 * (_nodes[e.Piece].T + _nodes[e.Piece + 1].T))];
            _nodes.AddRange(Evaluate(halves));
            _nodes.Sort((a, b) => a.T.CompareTo(b.T));
        }

        var sums = new double[_difference.Length + _path.To.Length];
        double left = 0;
        for (int i = 0; i + 1 < _nodes.Count; i++)
            left += AddPiece(i, sums);
        double size = sums.Sum(Math.Abs);
        for (int d = 0; d < sums.Length; d++)
            sums[d] += left * (size > 0 ? Math.Abs(sums[d]) / size : 1.0 / sums.Length);
        return sums;

        static double[] Squares(int count) => [.. Enumerable.Range(0, count).Select(i => Math.Pow(i / (count - 1.0), 2))];
    }

    // Whether the score there is as good as the row's own, seen from the reference.
    private bool IsAtTheEnd(Node node)
    {
        double whole = _nodes[^1].Score - _nodes[0].Score;
        return Math.Abs(_nodes[^1].Score - node.Score) <= EndTolerance * Math.Abs(whole) && Math.Abs(whole) > FarScore;
    }

    // How much a piece's change of score is more than its trapezoids say.
    private double Error(int i) =>
        _nodes[i + 1].Score - _nodes[i].Score - 0.5 * (_nodes[i + 1].T - _nodes[i].T) * (_nodes[i].Slope + _nodes[i + 1].Slope);

    private double Rounding(int i) => 1e-6 * (1 + Math.Abs(_nodes[i].Score) + Math.Abs(_nodes[i + 1].Score));

    // Returns what it does not distribute.
    private double AddPiece(int i, double[] sums)
    {
        double[] from = _nodes[i].Terms, to = _nodes[i + 1].Terms;
        double half = 0.5 * (_nodes[i + 1].T - _nodes[i].T), error = Error(i), size = 0;
        for (int d = 0; d < sums.Length; d++)
            size += Math.Abs(half * (from[d] + to[d]));
        double change = _nodes[i + 1].Score - _nodes[i].Score;
        bool distributes = size > 0 && Math.Abs(error) > Rounding(i);

        // Where a far row's score has ended, a slope that is rounding times a path of 1e38 is all of a piece, and would leave its
        // own rounding in the sum.
        bool isNonsense = distributes && Math.Abs(error) > 10 * (Math.Abs(change) + Rounding(i));
        for (int d = 0; d < sums.Length; d++)
        {
            double share = half * (from[d] + to[d]);
            sums[d] += isNonsense ? change * Math.Abs(share) / size
                : distributes ? share + error * Math.Abs(share) / size
                : share;
        }

        return distributes ? 0 : error;
    }

    private List<Node> Evaluate(double[] positions)
    {
        for (int d = 0; d < _difference.Length; d++)
        {
            Span<float> column = _gradient.Points.Column(d);
            column.Clear();
            for (int r = 0; r < positions.Length; r++)
                column[r] = (float)(_start[d] + positions[r] * _difference[d]);
        }

        _gradient.Points.Count = positions.Length;
        Array.Clear(_path.Positions);
        for (int r = 0; r < positions.Length; r++)
            _path.Positions[r] = (float)positions[r];
        _gradient.Run(_logProb);
        var nodes = new List<Node>(positions.Length);
        for (int r = 0; r < positions.Length; r++)
        {
            var terms = new double[_difference.Length + _path.To.Length];
            for (int d = 0; d < terms.Length; d++)
            {
                double term = d < _difference.Length
                    ? -(double)_gradient.Gradient.Values[d * RowBlock.Rows + r] * _difference[d]
                    : -(double)_path.Slopes[(d - _difference.Length) * RowBlock.Rows + r];
                terms[d] = double.IsFinite(term) ? term : 0;
            }

            nodes.Add(new Node(positions[r], Math.Clamp(-_logProb[r], float.MinValue, float.MaxValue), terms.Sum(), terms));
        }

        return nodes;
    }

    /// <summary>A point of the path: where, its score, dScore/dt and the features' terms of it.</summary>
    private sealed record Node(double T, double Score, double Slope, double[] Terms);
}
