using System.Globalization;
using MLNet.Flows.Bijections.Autoregressive;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Estimators;

namespace MLNet.Flows;

/// <summary>Options of flows whose maps take their parameters from multilayer perceptrons, the conditioners.</summary>
public abstract class PerceptronFlowOptions : FlowOptions
{
    private const int MaximumHiddenLayers = 16;
    private const int MaximumHiddenUnits = 4096;
    private const int MaximumDepth = 256;

    // 400 MB as Single, and several times that in training.
    private const double MaximumWeights = 1e8;

    private protected PerceptronFlowOptions(params int[] hiddenUnits) => HiddenUnits = hiddenUnits;

    /// <summary>Units of each hidden layer of a conditioner, from the first on: up to 16 layers of 1 to 4,096 units; empty for a
    /// linear conditioner. Copied with the options.</summary>
    public int[] HiddenUnits { get; set; }

    /// <summary>Whether each two hidden layers behind the first are a residual block, which adds what enters it to what leaves
    /// it: deep conditioners then train like shallow ones. Default false. <see cref="HiddenUnits"/> is then an odd number of
    /// layers of one width, as [64, 64, 64] for one block. He, Zhang, Ren and Sun 2016, arXiv:1512.03385.</summary>
    public bool ResidualBlocks { get; set; }

    /// <summary>How many maps with a conditioner follow each other, by the option's name.</summary>
    private protected abstract (string Name, int Count) Depth { get; }

    // Each member and each fold costs more than a planar flow's.
    internal override FlowDefaults Defaults =>
        new(MaximumSteps: 300, Members: 4, CalibrationFolds: 4, CalibrationFoldsOfMembers: 4);

    internal override FlowOptions Clone()
    {
        var copy = (PerceptronFlowOptions)base.Clone();
        copy.HiddenUnits = [.. HiddenUnits];
        return copy;
    }

    /// <summary>A coupling with a conditioner of these options.</summary>
    private protected TrainableCoupling<TMap> Coupling<TMap>(ColumnMask mask, TMap map, int context)
        where TMap : struct, IScalarMap =>
        new(mask, HiddenUnits, map, context: context, residual: ResidualBlocks);

    /// <summary>An autoregressive map with a conditioner of these options.</summary>
    private protected TrainableAutoregressive<TMap> Autoregressive<TMap>(int[] order, TMap map, int context)
        where TMap : struct, IScalarMap =>
        new(order, HiddenUnits, map, context: context, residual: ResidualBlocks);

    /// <summary>A conditioner's inputs and outputs, and how many further weights a map has.</summary>
    private protected abstract (double Inputs, double Outputs, double Others) MapWeights(int dimension);

    /// <summary>Adds the faults of the flow's own options, hidden units and depth aside.</summary>
    private protected abstract void CheckMaps(OptionFaults faults);

    private protected sealed override void CheckOwn(OptionFaults faults)
    {
        faults.Range(Depth.Name, Depth.Count, 1, MaximumDepth);
        CheckMaps(faults);
        if (HiddenUnits is null)
            faults.Add("HiddenUnits is null. Leave it at its default or give the units of each hidden layer.");
        else if (HiddenUnits.Length > MaximumHiddenLayers)
            faults.Add($"HiddenUnits has {HiddenUnits.Length} layers, but it has at most {MaximumHiddenLayers}.");
        else
            faults.Units(nameof(HiddenUnits), HiddenUnits, MaximumHiddenUnits);
        if (ResidualBlocks && HiddenUnits is not null && !MultilayerPerceptron.MakesBlocks(HiddenUnits))
        {
            faults.Add(
                $"ResidualBlocks is true, but HiddenUnits is [{string.Join(", ", HiddenUnits.Take(20))}], and blocks take an odd "
                + "number of layers of one width, as [64, 64, 64]. Change one of the two.");
        }

        if (HiddenUnits?.Length is <= MaximumHiddenLayers && Weights(dimension: 1) > MaximumWeights)
            faults.Add(TooManyWeights(dimension: 1));
    }

    /// <summary>What a density in its own right takes, whatever the flow: weight decay, one normal base, no noise, 200 passes
    /// in larger batches, of which the weights stay that were best on rows held out, no calibration.</summary>
    private protected static TOptions ForDensity<TOptions>(TOptions options)
        where TOptions : PerceptronFlowOptions
    {
        (options.LearningRate, options.WeightDecay) = (3e-3, 0.3);
        (options.MaximumEpochs, options.BatchSize, options.Patience) = (200, 256, 1000);
        (options.InputNoise, options.CalibrationFolds) = (0, 0);
        options.BaseDistribution = BaseDistribution.NormalOrMixed;
        return options;
    }

    /// <exception cref="ArgumentException">So many columns make more weights than there may be.</exception>
    private protected void CheckWeights(int dimension, int context)
    {
        if (Weights(dimension, context) > MaximumWeights)
            throw new ArgumentException(TooManyWeights(dimension, context));
    }

    private double Weights(int dimension, int context = 0)
    {
        (double inputs, double outputs, double others) = MapWeights(dimension);
        double[] widths = [context + inputs, .. HiddenUnits.Select(units => (double)units), outputs];
        double perMap = widths.Zip(widths.Skip(1), (from, to) => (from + 1) * to).Sum() + others;
        return perMap * Depth.Count * (NumberOfMembers ?? 1);
    }

    private string TooManyWeights(int dimension, int context = 0) => string.Create(
        CultureInfo.InvariantCulture,
        $"HiddenUnits, {Depth.Name} and NumberOfMembers make {Weights(dimension, context):0.0e0} weights for {dimension} column"
        + $"{(dimension > 1 ? "s" : "")}, but there are at most {MaximumWeights:0.0e0}. Take fewer of any.");
}
