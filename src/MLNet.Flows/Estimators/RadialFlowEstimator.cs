using Microsoft.ML.Runtime;
using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Radial;
using MLNet.Flows.Estimators;
using MLNet.Flows.Model;

namespace MLNet.Flows;

/// <summary>Trains a radial normalizing flow on a feature column: K layers, each of which draws density towards a point or away
/// from it.</summary>
/// <remarks>What all flows share is described at <see cref="FlowEstimator{TTransformer}"/>. Rezende and Mohamed 2015,
/// arXiv:1505.05770, eq. 14.</remarks>
public sealed class RadialFlowEstimator : FlowEstimator<RadialFlowTransformer>
{
    internal RadialFlowEstimator(IHostEnvironment environment, Options options)
        : base(environment, options)
    {
    }

    private protected override RadialFlowTransformer Create(IHostEnvironment environment, FlowModel model) =>
        new(environment, model);

    /// <summary>All options of a radial flow and its training. Every property has a default that works.</summary>
    /// <remarks>Where they are null, <see cref="FlowOptions.MaximumSteps"/> is 500; <see cref="FlowOptions.NumberOfMembers"/> is
    /// 4 where a mixture is the default; <see cref="FlowOptions.CalibrationFolds"/> is 4.</remarks>
    public sealed class Options : FlowOptions
    {
        /// <summary>Radial layers, 0 to 256. Default 16.</summary>
        public int NumberOfLayers { get; set; } = 16;

        internal override string FlowName => "RadialFlow";

        internal override FlowDefaults Defaults =>
            new(MaximumSteps: 500, Members: 4, CalibrationFolds: 4, CalibrationFoldsOfMembers: 4);

        internal override TrainableBijection[] CreateBijections(int dimension, int context, int seed) =>
            [.. Enumerable.Range(0, NumberOfLayers).Select(_ => new TrainableRadialLayer(dimension))];

        private protected override void CheckOwn(OptionFaults faults) =>
            faults.Range(nameof(NumberOfLayers), NumberOfLayers, 0, 256);
    }
}
