using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Autoregressive;
using MLNet.Flows.Bijections.Conditioned;
using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Bijections.Radial;
using MLNet.Flows.Bijections.ScalarMaps;

namespace MLNet.Flows.Onnx;

/// <summary>How each bijection is written: a line for each type.</summary>
internal static class BijectionGraphs
{
    private static readonly Dictionary<Type, Action<Bijection, OnnxRows>> Writers = new()
    {
        [typeof(Standardization)] = Of<Standardization>(PreprocessingGraphs.Write),
        [typeof(Whitening)] = Of<Whitening>(PreprocessingGraphs.Write),
        [typeof(SymmetricLog)] = Of<SymmetricLog>(PreprocessingGraphs.Write),
        [typeof(PlanarStack)] = Of<PlanarStack>(LayerGraphs.Write),
        [typeof(RadialLayer)] = Of<RadialLayer>(LayerGraphs.Write),
        [typeof(LinearMap)] = Of<LinearMap>(LayerGraphs.Write),
        [typeof(Coupling<AdditiveMap>)] = Conditioned<AdditiveMap>(ScalarMapGraphs.Write),
        [typeof(Coupling<AffineMap>)] = Conditioned<AffineMap>(ScalarMapGraphs.Write),
        [typeof(Coupling<SplineMap>)] = Conditioned<SplineMap>(SplineGraph.Write),
        [typeof(Autoregressive<AdditiveMap>)] = Conditioned<AdditiveMap>(ScalarMapGraphs.Write),
        [typeof(Autoregressive<AffineMap>)] = Conditioned<AffineMap>(ScalarMapGraphs.Write),
        [typeof(Autoregressive<SplineMap>)] = Conditioned<SplineMap>(SplineGraph.Write),
        [typeof(ContinuousMap)] = Of<ContinuousMap>(ContinuousGraph.Write),
    };

    /// <summary>x to z; adds log|det|.</summary>
    /// <exception cref="NotSupportedException">There is no line for the type.</exception>
    public static void Write(Bijection bijection, OnnxRows rows)
    {
        if (!Writers.TryGetValue(bijection.GetType(), out Action<Bijection, OnnxRows>? write))
        {
            throw new NotSupportedException(
                $"The flow's {bijection.Kind} cannot be written to an ONNX graph. Score in .NET with a model that "
                + "mlContext.Model.Save wrote.");
        }

        write(bijection, rows);
    }

    private static Action<Bijection, OnnxRows> Of<TBijection>(Action<TBijection, OnnxRows> write)
        where TBijection : Bijection => (bijection, rows) => write((TBijection)bijection, rows);

    private static Action<Bijection, OnnxRows> Conditioned<TMap>(ScalarMapWriter<TMap> write)
        where TMap : struct, IScalarMap =>
        (bijection, rows) => ConditionedGraph.Write(((ConditionedBijection<TMap>)bijection).Parts, rows, write);
}
