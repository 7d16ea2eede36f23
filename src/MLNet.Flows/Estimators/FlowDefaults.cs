namespace MLNet.Flows.Estimators;

/// <summary>The defaults of a fit that depend on the flow.</summary>
/// <param name="MaximumSteps">Optimizer steps at most.</param>
/// <param name="Members">Flows in the mixture where it is unknown whether the training data holds anomalies.</param>
/// <param name="CalibrationFolds">Parts of the rows that are left out in turn to calibrate p-values, where rows are few.</param>
/// <param name="CalibrationFoldsOfMembers">The same where the flow is a mixture of several: each part costs a training of all
/// members.</param>
internal readonly record struct FlowDefaults(int MaximumSteps, int Members, int CalibrationFolds, int CalibrationFoldsOfMembers);
