namespace MLNet.Flows;

/// <summary>What happens to the features before the flow; its log-determinant is part of the density.</summary>
public abstract class Preprocessing
{
    private protected Preprocessing()
    {
    }

    /// <summary>Every column to mean 0 and standard deviation 1; of a column with values far out, those of the other values or at
    /// most four times that. The default.</summary>
    public static Preprocessing Standardize { get; } = new StandardizeChoice();

    /// <summary>Standardize, then rotate and scale to uncorrelated columns of variance 1 (PCA whitening).</summary>
    /// <param name="shrinkage">Share of the identity mixed into the correlation matrix, in [0, 1]; default 0.1. Keeps
    /// rank-deficient data full-rank.</param>
    /// <returns>The choice.</returns>
    public static Preprocessing Whiten(double shrinkage = 0.1) => new WhitenChoice(shrinkage);

    internal abstract string? Fault { get; }

    /// <summary>Shrinkage when whitening; null for none.</summary>
    internal abstract double? Shrinkage { get; }

    private sealed class StandardizeChoice : Preprocessing
    {
        internal override string? Fault => null;

        internal override double? Shrinkage => null;
    }

    private sealed class WhitenChoice(double shrinkage) : Preprocessing
    {
        internal override string? Fault =>
            shrinkage is >= 0 and <= 1 ? null : $"Preprocessing.Whiten has shrinkage {shrinkage}, but it is in [0, 1].";

        internal override double? Shrinkage => shrinkage;
    }
}
