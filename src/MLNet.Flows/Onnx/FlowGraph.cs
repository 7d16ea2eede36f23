using Microsoft.ML.Data;
using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Distributions;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;

namespace MLNet.Flows.Onnx;

/// <summary>Writes a fitted flow to an ONNX graph: all of its columns, as scoring here computes them.</summary>
/// <remarks>Walks the density part by part; <see cref="BijectionGraphs"/> and <see cref="DistributionGraphs"/> know how each is
/// written. All in single precision, where the kernels are too, but for constant columns.</remarks>
internal sealed class FlowGraph : DensityVisitor
{
    private readonly RowInputs _inputs;
    private readonly FlowModel _model;
    private readonly List<OnnxValue> _flows = [];
    private readonly List<OnnxValue> _members = [];
    private int _flow;
    private int _steps;
    private OnnxRows _rows = null!;
    private OnnxRows? _beforeMembers;
    private int _memberCount;
    private OnnxValue _logProb;
    private OnnxValue? _constants;
    private OnnxValue _ranked;
    private OnnxValue _pValue;

    private FlowGraph(RowInputs inputs, FlowModel model) => (_inputs, _model) = (inputs, model);

    // [n, flows].
    private OnnxValue All => OnnxValue.Concat([.. _flows]);

    /// <summary>Writes the flow's columns.</summary>
    /// <param name="graph">With the columns before it.</param>
    /// <param name="model">The flow.</param>
    /// <exception cref="NotSupportedException">It has a part or a column that has no ONNX.</exception>
    public static void Write(OnnxGraph graph, FlowModel model)
    {
        if (model.Columns.FeatureContributions is string contributions)
        {
            throw new NotSupportedException(
                $"Column '{contributions}', of feature contributions, cannot be written to an ONNX graph: its integrals take "
                + "gradients. Train without FeatureContributionsColumnName, and explain alarms in .NET with Explain.");
        }

        var writer = new FlowGraph(new RowInputs(graph, model), model);
        model.Accept(writer);
        writer.SetColumns(graph);
    }

    public override void EnterFlow(int flow, int flows) => _flow = flow;

    public override void LeaveFlow() => FinishFlow();

    public override void Visit(ColumnPartition columns)
    {
        _rows = _inputs.Start(_model.Density.Flows[_flow]);
        _constants = columns.ConstantColumns.Length == 0 ? null : ConstantGraph.LogProb(columns, _inputs.Features);
    }

    public override void Visit(Bijection bijection)
    {
        if (bijection is ContinuousMap continuous && (_steps += continuous.Steps) > ContinuousGraph.MaximumSteps)
        {
            throw new NotSupportedException(
                $"The flow's continuous maps take over {ContinuousGraph.MaximumSteps} steps in all, the most that are written to "
                + "an ONNX graph, in which each step stands by itself. Train with a lower NumberOfSteps or NumberOfMembers, or "
                + "score in .NET with a model that mlContext.Model.Save wrote.");
        }

        BijectionGraphs.Write(bijection, _rows);
    }

    public override void Enter(int member, int members)
    {
        _beforeMembers ??= _rows;
        _memberCount = members;
        _rows = _beforeMembers.Copy();
    }

    public override void Leave()
    {
        _members.Add(_logProb);
        if (_members.Count < _memberCount)
            return;
        _rows = _beforeMembers!;
        _beforeMembers = null;
        _logProb = _rows.WithLogDet(
            OnnxValue.Concat([.. _members]).LogSumExp() - (float)Math.Log(_memberCount));
        _members.Clear();
    }

    public override void Visit(Distribution baseDistribution) =>
        _logProb = _rows.WithLogDet(DistributionGraphs.LogProb(baseDistribution, _rows));

    public override void Visit(LikelihoodQuantiles quantiles)
    {
        if (_flows.Count == 0)
            FinishFlow();
        OnnxValue ranked = _ranked = _flows is [OnnxValue only] ? only : (All * (1f / _flows.Count)).Sum();
        if (_model.Ranking is ConditionalRanking ranking)
            ranked = RankingGraph.Rank(ranking, ranked, _inputs.Zero, _inputs.Context(_model.Density.Context!));
        _pValue = QuantileGraph.PValue(quantiles, ranked);
    }

    // log p(x), saturated.
    private void FinishFlow()
    {
        OnnxValue sum = _constants is OnnxValue constants ? _logProb + constants : _logProb;
        _flows.Add(sum.Clip(float.MinValue, float.MaxValue));
    }

    private void SetColumns(OnnxGraph graph)
    {
        FlowColumnNames names = _model.Columns;
        OnnxValue pValue = OrNaN(_pValue);
        OnnxValue logLikelihood = _flows is [OnnxValue only] ? only : All.LogSumExp() - (float)Math.Log(_flows.Count);
        graph.SetColumn(names.LogLikelihood, NumberDataViewType.Single, OrNaN(logLikelihood).Name);
        graph.SetColumn(names.Score, NumberDataViewType.Single, OrNaN(-_ranked).Name);
        graph.SetColumn(names.PValue, NumberDataViewType.Single, pValue.Name);
        graph.SetColumn(
            names.PredictedLabel,
            BooleanDataViewType.Instance,
            pValue.IsNaN().Or(pValue.IsBelow((float)_model.FalseAlarmRate)).Name);
        if (names.Latent is string latent)
        {
            var vector = new VectorDataViewType(NumberDataViewType.Single, _model.Density.FeatureCount);
            graph.SetColumn(latent, vector, Latent().Name);
        }
    }

    // Of one flow: the points that its own bijections leave, not those of a mixture's members.
    private OnnxValue Latent()
    {
        ColumnPartition columns = _model.Density.Flow.Columns;
        if (columns.ConstantColumns.Length == 0)
            return OrNaN(_rows.X);
        OnnxValue constants = ConstantGraph.Latent(columns, _inputs.Features);
        int[] order = [.. columns.ActiveColumns, .. columns.ConstantColumns];
        OnnxValue all = columns.ActiveColumns.Length == 0 ? constants : OnnxValue.Concat(_rows.X, constants);
        return OrNaN(all.InPlaces(order));
    }

    private OnnxValue OrNaN(OnnxValue value) =>
        _inputs.IsFinite is OnnxValue finite ? finite.Choose(value, value.Constant(float.NaN)) : value;
}
