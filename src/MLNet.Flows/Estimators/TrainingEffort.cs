namespace MLNet.Flows.Estimators;

/// <summary>How often a fit trains, and for how long: the flow itself, and those that its p-values are calibrated with.</summary>
/// <remarks>
/// A training of S steps over batches of b rows visits S b rows; its cost is in proportion to the values in them, S b d. By the
/// recipe alone a default fit visits 2.2 million rows whatever the data, each of 200 rows 10,000 times. So what the recipe
/// decides is bounded: all trainings together visit at most 400 million values, or 1,000 times the values of the data if that is
/// more. Up to 186 columns, or from 2,150 rows on, the bound changes nothing. Where it does, the flows of the calibration have
/// half as many members, and then every training fewer steps. Steps and parts that the options state stay. Means over 17 wide
/// sets tell 140 steps from 700 by no more than chance (docs/quality.md).
/// </remarks>
/// <param name="Steps">Optimizer steps of each training, at most.</param>
/// <param name="Folds">Parts of the rows that are left out in turn to calibrate p-values; below 2 for no calibration.</param>
/// <param name="MembersPerFold">Members of the flows that are trained without a part, at most.</param>
internal sealed record TrainingEffort(int Steps, int Folds, int MembersPerFold)
{
    private const long ValuesInAnyCase = 400_000_000;
    private const int PassesOverTheData = 1_000;
    private const int MostMembersPerFold = 4;

    // With more rows per weight than this the training rows' own likelihoods are hardly too high, and p-values from them vary
    // less.
    private const int RowsPerWeight = 3;

    // With fewer rows than this share of the columns, a flow without a fourth of them says too little of one with all: twice as
    // many parts, by flows of half as many members, cost as much.
    private const double FewestRowsPerColumn = 0.2;

    /// <param name="recipe">The numbers of the fit.</param>
    /// <param name="options">What they state takes precedence over the bound.</param>
    /// <param name="rows">n.</param>
    /// <param name="dimension">d.</param>
    /// <param name="trainingRows">Rows that are not held out for validation.</param>
    /// <param name="weights">Of all members.</param>
    public static TrainingEffort Of(Recipe recipe, FlowOptions options, int rows, int dimension, int trainingRows, long weights)
    {
        bool wide = options.CalibrationFolds is null && rows < FewestRowsPerColumn * dimension;
        bool fewRows = rows < RowsPerWeight * weights;
        int folds = Math.Min(options.CalibrationFolds ?? (fewRows ? recipe.CalibrationFolds * (wide ? 2 : 1) : 0), rows / 2);
        if (folds < 2)
            folds = 0;

        int batchSize = Math.Min(options.BatchSize, trainingRows);
        bool stepsAreStated = options.MaximumSteps is not null || options.MaximumEpochs is not null;
        int members = Math.Min(recipe.Members, MostMembersPerFold / (wide ? 2 : 1));
        if (stepsAreStated || StepsWith(members) >= recipe.MaximumSteps)
            return new TrainingEffort(recipe.MaximumSteps, folds, members);
        members = Math.Max(members / 2, 1);
        return new TrainingEffort((int)Math.Clamp(StepsWith(members), 1, recipe.MaximumSteps), folds, members);

        long StepsWith(int membersPerFold)
        {
            long trainings = recipe.Members + (long)folds * membersPerFold;
            return Math.Max(ValuesInAnyCase, (long)PassesOverTheData * rows * dimension) / (trainings * batchSize * dimension);
        }
    }
}
