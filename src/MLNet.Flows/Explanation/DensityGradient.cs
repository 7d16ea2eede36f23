using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Explanation;

/// <summary>log p(x) of the active columns and its gradient with respect to them, in original units, over blocks of 64 rows. Not thread-safe.</summary>
/// <remarks>One pass forward that keeps every bijection's input, then the chain rule back through base, planar stack and preprocessing: about
/// three times the cost of scoring.</remarks>
internal sealed class DensityGradient
{
    private readonly FlowDensity _density;
    private readonly RowBlock[] _inputs;

    public DensityGradient(FlowDensity density)
    {
        _density = density;
        int dimension = density.Columns.ActiveColumns.Length;
        _inputs = [.. Enumerable.Range(0, density.Bijections.Count + 1).Select(_ => new RowBlock(dimension, density.ScratchColumns))];
        Gradient = new RowBlock(dimension, density.ScratchColumns);
    }

    /// <summary>The points, to be filled in: [active columns] of 64 rows.</summary>
    public RowBlock Points => _inputs[0];

    /// <summary>d log p / dx after <see cref="Run"/>, laid out like <see cref="Points"/>.</summary>
    public RowBlock Gradient { get; }

    /// <summary>Evaluates the points; returns log p(x) of the active columns per row.</summary>
    public void Run(Span<double> logProb)
    {
        IReadOnlyList<Bijection> bijections = _density.Bijections;
        int size = Points.Dimension * RowBlock.Rows;
        Points.LogDet.Clear();
        for (int i = 0; i < bijections.Count; i++)
        {
            RowBlock next = _inputs[i + 1];
            _inputs[i].Values.Span[..size].CopyTo(next.Values.Span);
            _inputs[i].LogDet.Span.CopyTo(next.LogDet.Span);
            bijections[i].Forward(next);
        }

        RowBlock latent = _inputs[^1];
        _density.Base.LogProbGradient(latent, Gradient);
        for (int r = 0; r < RowBlock.Rows; r++)
            logProb[r] = (double)latent.LogProb[r] + latent.LogDet[r];
        for (int i = bijections.Count - 1; i >= 0; i--)
            bijections[i].Backward(_inputs[i], Gradient);
    }
}
