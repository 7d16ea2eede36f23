using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Explanation;

/// <summary>log p(x) of the active columns and its gradient with respect to them, in original units, over blocks of 64 rows. Not
/// thread-safe.</summary>
/// <remarks>About three times the cost of scoring.</remarks>
internal sealed class DensityGradient
{
    private readonly FlowDensity _density;

    public DensityGradient(FlowDensity density)
    {
        _density = density;
        int dimension = density.Columns.ActiveColumns.Length;
        Points = new RowBlock(
            dimension, contextColumns: density.ContextColumns, categoryColumns: density.CategoryColumns);
        Gradient = new RowBlock(dimension);
    }

    /// <summary>The points, to be filled in: [active columns] of 64 rows, their context, and their categories or where they
    /// stand on a path of those.</summary>
    public RowBlock Points { get; }

    /// <summary>d log p / dx after <see cref="Run"/>, laid out like <see cref="Points"/>.</summary>
    public RowBlock Gradient { get; }

    /// <summary>Evaluates the points; returns log p(x) of the active columns per row.</summary>
    public void Run(Span<double> logProb)
    {
        RowBlock latent = _density.Chain.Backpropagate(Points, Gradient);
        for (int r = 0; r < RowBlock.Rows; r++)
            logProb[r] = (double)latent.LogProb[r] + latent.LogDet[r];
    }
}
