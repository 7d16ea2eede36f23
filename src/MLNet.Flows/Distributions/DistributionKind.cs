namespace MLNet.Flows.Distributions;

/// <summary>What a base distribution is, in model files. Numbers are forever.</summary>
internal enum DistributionKind
{
    DiagonalNormal = 1,
    ProductStudentT = 2,
    NormalMixture = 3,
    Transformed = 4,
    UniformMixture = 5,
}
