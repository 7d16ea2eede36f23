namespace MLNet.Flows.Distributions;

/// <summary>What constant columns add to a density, in model files. Numbers are forever.</summary>
internal enum ConstantFactorKind
{
    Normal = 1,
    Plateau = 2,
}
