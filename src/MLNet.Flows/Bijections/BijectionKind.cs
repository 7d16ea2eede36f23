namespace MLNet.Flows.Bijections;

/// <summary>What a bijection is, in model files. Numbers are forever.</summary>
internal enum BijectionKind
{
    Standardization = 1,
    Whitening = 2,
    PlanarStack = 3,
    AffineCoupling = 4,
    SymmetricLog = 5,
    BoundedAffineCoupling = 6,
    RadialLayer = 7,
    AdditiveCoupling = 8,
    SplineCoupling = 9,
    LinearMap = 10,
    AdditiveAutoregressive = 11,
    AffineAutoregressive = 12,
    SplineAutoregressive = 13,
    ContinuousMap = 20,
}
