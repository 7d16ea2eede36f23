using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows.Estimators;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Modules;
using MLNet.Flows.TorchSharp.Native;
using MLNet.Flows.TorchSharp.Training;
using MLNet.Flows.Training;

namespace MLNet.Flows;

/// <summary>Trains a RealNVP on a feature column: a deep normalizing flow of affine couplings, whose exact density scores anomalies.</summary>
/// <remarks>
/// z = f(x) through standardization and L times actnorm and an affine coupling, whose conditioner is a multilayer perceptron; four such flows in a mixture where
/// neither Contamination nor BaseDistribution is given. Trained by TorchSharp: the app
/// references TorchSharp-cpu or a CUDA package. The fitted flow is managed code: it scores, samples, explains, saves and loads without TorchSharp. Columns, missing
/// values, constant columns, validation, early stopping and p-values are as in <see cref="PlanarFlowEstimator"/>. On the CPU training takes one thread
/// whatever NumberOfThreads says. Dinh, Sohl-Dickstein and Bengio 2017, arXiv:1605.08803.
/// </remarks>
public sealed partial class RealNvpEstimator : IEstimator<RealNvpTransformer>
{
    // Each costs a training of all members, and a training costs most of a second.
    private const int CalibrationFolds = 4;
    private const int CalibrationFoldsOfMixture = 2;

    // A small net at a high rate has learned by then what helps ranks.
    private const int Steps = 300;
    private readonly Options _options;
    private readonly TorchSharp.Native.Device _device;
    private readonly FlowFitting _fitting;

    internal RealNvpEstimator(IHostEnvironment environment, Options options)
    {
        options.Check("RealNvp");
        _options = (Options)options.Clone();
        _device = TorchSharp.Native.Device.Parse(_options.Device)!.Value;
        _fitting = new FlowFitting(environment, "RealNvp", _options, Plan);
    }

    /// <summary>Trains the flow.</summary>
    /// <param name="input">Training rows. Only the feature (and weight) column is read, once.</param>
    /// <returns>The fitted flow.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a weight is negative.</exception>
    /// <exception cref="InvalidOperationException">libtorch or the device is missing, no row is usable, or training diverged at every learning rate tried.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any weights were evaluated.</exception>
    public RealNvpTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        LibTorch.Require(_device);
        return new RealNvpTransformer(_fitting.Environment, _fitting.Fit(input));
    }

    /// <summary>The columns that the fitted flow will add: log-likelihood, score, p-value and alarm.</summary>
    /// <param name="inputSchema">The shape of the input.</param>
    /// <returns>The shape of the output.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return FlowSchema.Of(inputSchema, _options);
    }

    private FlowPlan Plan(int dimension)
    {
        Recipe recipe = Recipe.For(_options, dimension);
        int[] hidden = [.. Enumerable.Repeat(_options.HiddenUnits, _options.NumberOfHiddenLayers)];
        int[] widths = [dimension / 2, .. hidden, dimension];
        long perCoupling = (2L * dimension) + Enumerable.Range(1, widths.Length - 1).Sum(i => (widths[i - 1] + 1L) * widths[i]);
        return new FlowPlan(
            _options.MaximumSteps ?? Steps,
            recipe.InputNoise,
            recipe.ValidationFraction,
            recipe.TrimFraction,
            recipe.Base,
            _options.NumberOfCouplings * perCoupling,
            recipe.Members > 1 ? CalibrationFoldsOfMixture : CalibrationFolds,
            CreateEngine)
        {
            Members = recipe.Members,
        };

        ITrainingEngine CreateEngine(TrainingTask task) => new TorchFlowEngine(
            task, new RealNvpModule(task.Data.Dimension, _options.NumberOfCouplings, hidden, (float)_options.LogScaleBound, new RandomStream(task.Seed, RandomStreams.Bijections)), _device);
    }
}
