using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.ScalarMaps;

namespace MLNet.Flows.Bijections.Conditioned;

/// <summary>What a bijection is made of that changes columns by a scalar map, whose parameters a conditioner computes from other
/// columns.</summary>
/// <remarks>In a coupling the two kinds of columns share none; in an autoregressive map both are all columns, in its order, and
/// the conditioner is masked.</remarks>
/// <typeparam name="TMap">The scalar map's type.</typeparam>
/// <param name="Dimension">d.</param>
/// <param name="Inputs">The columns that the conditioner sees, in the order of its inputs, behind the context.</param>
/// <param name="Active">The columns that are changed, in the order of the conditioner's outputs.</param>
/// <param name="Conditioner">Context and inputs in; out as many values for each parameter of the map as there are active columns,
/// parameter by parameter.</param>
/// <param name="Map">The scalar map.</param>
/// <param name="InputBound">The conditioner sees its columns clamped to this distance from 0.</param>
/// <param name="Context">Columns of the context, which the conditioner sees first.</param>
internal readonly record struct ConditionedParts<TMap>(
    int Dimension, int[] Inputs, int[] Active, MultilayerPerceptron Conditioner, TMap Map, float InputBound, int Context = 0)
    where TMap : struct, IScalarMap;
