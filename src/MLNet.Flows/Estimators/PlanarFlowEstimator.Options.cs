using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators;

public sealed partial class PlanarFlowEstimator
{
    /// <summary>All that can be said about a planar flow and its training. Every property has a default that works.</summary>
    public sealed class Options
    {
        /// <summary>The feature column, a vector of Single of known size. Default "Features".</summary>
        public string FeatureColumnName { get; set; } = "Features";

        /// <summary>A Single column of example weights, 0 or more; null (the default) weighs all rows 1. A row of weight 2 counts as two rows.</summary>
        public string? ExampleWeightColumnName { get; set; }

        /// <summary>Planar layers, 0 to 4,096. Default 16. More bend the density closer to the data and cost time in proportion.</summary>
        public int NumberOfLayers { get; set; } = 16;

        /// <summary>Optimizer steps at most, 1 to 10,000,000. Default 1,000.</summary>
        public int MaximumSteps { get; set; } = 1000;

        /// <summary>Passes over the training rows at most, 1 to 1,000,000; when given it takes the place of <see cref="MaximumSteps"/>. Default null.</summary>
        public int? MaximumEpochs { get; set; }

        /// <summary>Rows in an optimizer step, 1 to 1,048,576. Default 128.</summary>
        public int BatchSize { get; set; } = 128;

        /// <summary>Adam's highest step size, in (0, 1]. Default 0.005. Warms up over 50 steps, then falls along a cosine to 2 %.</summary>
        public double LearningRate { get; set; } = 5e-3;

        /// <summary>Standard deviation of Gaussian noise added to the preprocessed features in training, in [0, 10]. Default 0.05: without it discrete
        /// columns pull the density to infinity.</summary>
        public double InputNoise { get; set; } = 0.05;

        /// <summary>Share of the rows (2,000 at most) held out to decide when to stop, in [0, 0.5]. Default 0.15. Equal rows stay together; below 20
        /// distinct rows none is held out.</summary>
        public double ValidationFraction { get; set; } = 0.15;

        /// <summary>Evaluations in a row without improvement (one every 100 steps) that end training, 1 or more. Default 5.</summary>
        public int Patience { get; set; } = 5;

        /// <summary>The base distribution. Default <see cref="BaseDistribution.NormalMixture"/>.</summary>
        public BaseDistribution BaseDistribution { get; set; } = BaseDistribution.NormalMixture();

        /// <summary>The preprocessing. Default <see cref="Preprocessing.Standardize"/>.</summary>
        public Preprocessing Preprocessing { get; set; } = Preprocessing.Standardize;

        /// <summary>Whether each layer acts on its own random half of the columns. Default true; helps on many columns, costs nothing.</summary>
        public bool MaskColumns { get; set; } = true;

        /// <summary>Share of every batch, its least likely rows, that is left out, in [0, 0.9]. Default 0. Say 0.2 when the training data holds anomalies.</summary>
        public double TrimFraction { get; set; }

        /// <summary>PredictedLabel is true where PValue is below this, in [0, 1]. Default 0.01: about one alarm in a hundred rows like the training rows.</summary>
        public double FalseAlarmRate { get; set; } = 0.01;

        /// <summary>Output column of log p(x), in nats. Default "LogLikelihood".</summary>
        public string LogLikelihoodColumnName { get; set; } = "LogLikelihood";

        /// <summary>Output column of -log p(x). Default "Score".</summary>
        public string ScoreColumnName { get; set; } = "Score";

        /// <summary>Output column of the share of training rows at most this likely. Default "PValue".</summary>
        public string PValueColumnName { get; set; } = "PValue";

        /// <summary>Output column of the alarm. Default "PredictedLabel".</summary>
        public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

        /// <summary>Output column of the latent vector z = f(x), as long as the features; null (the default) for none. For diagnosis: of normal rows each
        /// slot looks like a draw from the base distribution. Costs one more scoring per row read.</summary>
        public string? LatentColumnName { get; set; }

        /// <summary>Output column of what each feature adds to the Score, in nats; null (the default) for none. Integrated gradients from the training
        /// median to the row: they add up to Score(row) - Score(median). Costs a few hundred scorings per row read.</summary>
        public string? FeatureContributionsColumnName { get; set; }

        /// <summary>Decides every random choice; null (the default) takes it from the MLContext's seed.</summary>
        public int? Seed { get; set; }

        /// <summary>Threads at most, 1 or more; null (the default) for all cores. The model does not depend on it.</summary>
        public int? NumberOfThreads { get; set; }

        /// <summary>Told of every evaluation during training. Default none.</summary>
        public IProgress<TrainingProgress>? Progress { get; set; }

        /// <summary>Stops training within a step; Fit then returns the best weights so far (History.StopReason says so).</summary>
        public CancellationToken CancellationToken { get; set; }

        internal Options Clone() => (Options)MemberwiseClone();

        /// <summary>Throws one exception that lists every fault.</summary>
        internal void Check()
        {
            var faults = new List<string>();
            Range(nameof(NumberOfLayers), NumberOfLayers, 0, 4096);
            Range(nameof(MaximumSteps), MaximumSteps, 1, 10_000_000);
            Range(nameof(MaximumEpochs), MaximumEpochs ?? 1, 1, 1_000_000);
            Range(nameof(BatchSize), BatchSize, 1, 1 << 20);
            Range(nameof(InputNoise), InputNoise, 0, 10);
            Range(nameof(ValidationFraction), ValidationFraction, 0, 0.5);
            Range(nameof(Patience), Patience, 1, int.MaxValue);
            Range(nameof(TrimFraction), TrimFraction, 0, 0.9);
            Range(nameof(FalseAlarmRate), FalseAlarmRate, 0, 1);
            Range(nameof(NumberOfThreads), NumberOfThreads ?? 1, 1, 1024);
            if (!(LearningRate is > 0 and <= 1))
                faults.Add(FormattableString.Invariant($"LearningRate is {LearningRate}, but it is above 0 and at most 1."));
            if (BaseDistribution is null)
                faults.Add("BaseDistribution is null. Leave it at its default or choose one.");
            else if (BaseDistribution.Fault is string baseFault)
                faults.Add(baseFault);
            if (Preprocessing is null)
                faults.Add("Preprocessing is null. Leave it at its default or choose one.");
            else if (Preprocessing.Fault is string preprocessingFault)
                faults.Add(preprocessingFault);

            string?[] optional = [LatentColumnName, FeatureContributionsColumnName];
            string[] columns = [LogLikelihoodColumnName, ScoreColumnName, PValueColumnName, PredictedLabelColumnName, FeatureColumnName, .. optional.OfType<string>()];
            if (columns.Any(string.IsNullOrEmpty) || ExampleWeightColumnName is "")
                faults.Add("A column name is null or empty. Leave it at its default or give a name.");
            else if (columns.Distinct().Count() < columns.Length)
                faults.Add($"The columns '{string.Join("', '", columns)}' are not all different. Give each its own name.");

            if (faults.Count > 0)
                throw new ArgumentException($"The options of PlanarFlow have {faults.Count} fault{(faults.Count > 1 ? "s" : "")}: {string.Join(" ", faults)}");

            void Range(string name, double value, double minimum, double maximum)
            {
                if (!(value >= minimum && value <= maximum))
                    faults.Add(FormattableString.Invariant($"{name} is {value}, but it is in [{minimum}, {maximum}]."));
            }
        }
    }
}
