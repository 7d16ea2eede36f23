using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.ScalarMaps;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>What a coupling is made of.</summary>
/// <typeparam name="TMap">The scalar map's type.</typeparam>
/// <param name="Mask">The columns.</param>
/// <param name="Conditioner">Passive columns in; out as many values for each parameter of the map as there are active columns,
/// parameter by parameter.</param>
/// <param name="Map">The scalar map.</param>
/// <param name="InputBound">The conditioner sees the passive columns clamped to this distance from 0.</param>
internal readonly record struct CouplingParts<TMap>(ColumnMask Mask, MultilayerPerceptron Conditioner, TMap Map, float InputBound)
    where TMap : struct, IScalarMap;
