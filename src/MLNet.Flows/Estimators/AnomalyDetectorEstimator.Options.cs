using MLNet.Flows.Estimators;

namespace MLNet.Flows;

public sealed partial class AnomalyDetectorEstimator
{
    /// <summary>All options of an anomaly detector. Every property has a default that works.</summary>
    public sealed class Options : ConsensusOptions
    {
        /// <summary>The feature column, a vector of Single of known size. Default "Features"; null where all columns are
        /// categorical.</summary>
        public string? FeatureColumnName { get; set; } = "Features";

        /// <summary>Columns of categories, text or keys, as <see cref="FlowOptions.CategoricalColumnNames"/>. Default
        /// none.</summary>
        public string[] CategoricalColumnNames { get; set; } = [];

        /// <summary>A column of what each row is given, as <see cref="FlowOptions.ContextColumnName"/>. Null (the default) for
        /// none.</summary>
        public string? ContextColumnName { get; set; }

        /// <summary>A Single column of example weights, 0 or more; null (the default) weighs all rows 1.</summary>
        public string? ExampleWeightColumnName { get; set; }

        /// <summary>Rows kept in memory to train on at most, as <see cref="FlowOptions.MaximumTrainingRows"/>. Null (the default)
        /// for 1,000,000, and of rows with more than 100 columns no more than hold 100,000,000 values.</summary>
        public int? MaximumTrainingRows { get; set; }

        /// <summary>Expected share of anomalies in the training data, in [0, 0.5]: null (the default) for unknown, 0 for
        /// clean. It decides the members, and where it is above 0 the rate of alarms.</summary>
        public double? Contamination { get; set; }

        /// <summary>Decides every random choice; null (the default) takes it from the MLContext's seed.</summary>
        public int? Seed { get; set; }

        internal override double? ExpectedAnomalies(FlowOptions[] members) => Contamination;

        /// <exception cref="ArgumentException">Options are out of range; all faults are listed.</exception>
        internal void Check()
        {
            var faults = new OptionFaults();
            faults.Range(nameof(Contamination), Contamination ?? 0, 0, 0.5);
            faults.Range(nameof(MaximumTrainingRows), MaximumTrainingRows ?? 1, 1, int.MaxValue);
            string[] categorical = CategoricalColumnNames ?? [];
            if (CategoricalColumnNames is null)
                faults.Add("CategoricalColumnNames is null. Leave it empty for none.");
            string? features = categorical.Length > 0 ? FeatureColumnName : FeatureColumnName ?? "";
            Check(faults, [features, ContextColumnName, ExampleWeightColumnName, .. categorical]);
            faults.ThrowIfAny(Name);
        }
    }
}
