using MLNet.Flows.Bijections.Linear;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary><see cref="TrainableLinear"/> under autograd: z = L U x + b.</summary>
/// <remarks>Kingma and Dhariwal 2018, arXiv:1807.03039, section 3.2.</remarks>
internal sealed class LinearModule : BijectionModule
{
    private readonly Parameter _lower;
    private readonly Parameter _upper;
    private readonly Parameter _logDiagonal;
    private readonly Parameter _bias;
    private readonly Tensor _lowerPlaces;
    private readonly Tensor _upperPlaces;
    private readonly Tensor _identity;
    private readonly int _dimension;
    private readonly Scalar _scale;

    /// <param name="managed">The map.</param>
    /// <param name="start">[L below the diagonal | U above it | log-diagonal (D) | b (D)].</param>
    public LinearModule(TrainableLinear managed, ReadOnlySpan<float> start)
        : base("linear")
    {
        int n = managed.Dimension, triangle = n * (n - 1) / 2;
        (_dimension, _scale) = (n, 1 / MathF.Sqrt(n));
        _lower = ModuleTensors.Parameter(start[..triangle], triangle);
        _upper = ModuleTensors.Parameter(start.Slice(triangle, triangle), triangle);
        _logDiagonal = ModuleTensors.Parameter(start.Slice(2 * triangle, n), n);
        _bias = ModuleTensors.Parameter(start[(2 * triangle + n)..], n);
        var places = Enumerable.Range(0, n * n).Select(at => (Row: at / n, Column: at % n, At: (long)at));
        _lowerPlaces = Places(places.Where(each => each.Column < each.Row).Select(each => each.At));
        _upperPlaces = Places(places.Where(each => each.Column > each.Row).Select(each => each.At));
        _identity = eye(n);
        RegisterComponents();
    }

    public override (Tensor Z, Tensor LogDet) forward(Tensor x)
    {
        Tensor logDiagonal = _logDiagonal.clamp(Scalars.LowestLogScale, Scalars.HighestLogScale);
        Tensor lower = Matrix(_lowerPlaces, _lower).Plus(_identity);
        Tensor upper = Matrix(_upperPlaces, _upper).Plus(_identity * exp(logDiagonal).unsqueeze(0));
        return (nn.functional.linear(x, matmul(lower, upper), _bias), logDiagonal.sum().expand(x.shape[0]));
    }

    private Tensor Matrix(Tensor places, Tensor values) =>
        values.new_zeros(_dimension * _dimension).scatter(0, places, values * _scale).reshape(_dimension, _dimension);

    private static Tensor Places(IEnumerable<long> places)
    {
        long[] array = [.. places];
        return tensor(array, [array.Length]).clone();
    }
}
