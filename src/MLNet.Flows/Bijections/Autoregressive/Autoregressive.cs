using MLNet.Flows.Bijections.Conditioned;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Autoregressive;

/// <summary>Changes each column by a scalar map, whose parameters a masked conditioner computes from the columns before it in an
/// order.</summary>
/// <remarks>z_i = map(x_i; conditioner(x_1 .. x_(i - 1))). All columns at once from x to z; back, from z to x, one column after
/// the other, each by a pass of the conditioner: d passes. Papamakarios, Pavlakou and Murray 2017, arXiv:1705.07057.</remarks>
/// <typeparam name="TMap">The scalar map.</typeparam>
internal sealed class Autoregressive<TMap> : ConditionedBijection<TMap>
    where TMap : struct, IScalarMap
{
    /// <param name="order">A permutation of the columns: the first depends on none.</param>
    /// <param name="conditioner">Inputs, behind the context, and outputs in that order; as many outputs for each parameter of the
    /// map as there are columns, parameter by parameter. Masked by <see cref="AutoregressiveMask"/>.</param>
    /// <param name="map">The scalar map.</param>
    /// <param name="inputBound">In [0.001, 1e15].</param>
    /// <param name="context">Columns of the context.</param>
    /// <exception cref="ArgumentException">The order is no permutation, the conditioner's shape or the bound is not as above, or
    /// a masked weight is not 0.</exception>
    public Autoregressive(int[] order, MultilayerPerceptron conditioner, TMap map, float inputBound, int context = 0)
        : base(new ConditionedParts<TMap>(order.Length, order, order, conditioner, map, inputBound, context))
    {
        CheckOrder(order);
        var mask = new AutoregressiveMask(
            order.Length, [.. conditioner.Layers.SkipLast(1).Select(layer => layer.Outputs)], map.ParameterCount, context);
        for (int l = 0; l < conditioner.Layers.Count; l++)
            CheckMasked(conditioner.Layers[l], mask.Prefixes(l), l);
    }

    public override BijectionKind Kind => TMap.AutoregressiveKind;

    public override void Inverse(DoubleBlock block)
    {
        const int R = RowBlock.Rows;
        int[] order = Parts.Active;
        double bound = Parts.InputBound;
        double[] inputs = ContextInputs(block, Dimension);
        Span<double> own = inputs.AsSpan(Parts.Context * R);
        for (int i = 0; i < Dimension; i++)
        {
            // Inputs from i on are still 0; no output for column i sees them.
            ReadOnlySpan<double> parameters = Exact.Run(inputs);
            Span<double> column = block.Values.AsSpan(order[i] * R, R);
            Parts.Map.Inverse(column, parameters[(i * R)..], Dimension * R, block.LogDet);
            for (int r = 0; r < R; r++)
                own[i * R + r] = Math.Clamp(column[r], -bound, bound);
        }
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        foreach (int column in Parts.Inputs)
            writer.Write(column);
        Parts.Map.Write(writer);
        writer.Write(Parts.InputBound);
        Parts.Conditioner.Write(writer);
    }

    /// <param name="reader">Behind the kind.</param>
    /// <param name="context">Columns of the context.</param>
    /// <param name="readMap">Reads what the map is set to.</param>
    public static Autoregressive<TMap> Read(ModelReader reader, int context, Func<ModelReader, TMap> readMap)
    {
        int dimension = reader.ReadInt32();
        reader.Check(dimension is >= 1 and <= 1 << 20, $"an autoregressive map of {dimension} dimensions");
        reader.CheckRemaining(dimension * (long)sizeof(int));
        reader.Reserve(4L * dimension * sizeof(int));
        var order = new int[dimension];
        foreach (ref int column in order.AsSpan())
            column = reader.ReadInt32();
        try
        {
            TMap map = readMap(reader);
            float inputBound = reader.ReadSingle();
            MultilayerPerceptron conditioner = MultilayerPerceptron.Read(reader, context + dimension);
            reader.Reserve(conditioner.Layers.Sum(layer => (long)layer.Outputs) * sizeof(int));
            return new Autoregressive<TMap>(order, conditioner, map, inputBound, context);
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"The model is damaged: {fault.Message}");
        }
    }

    private static void CheckOrder(int[] order)
    {
        int[] ascending = [.. order.Order()];
        for (int i = 0; i < order.Length; i++)
        {
            if (ascending[i] != i)
            {
                string first = string.Join(", ", order.Take(20));
                throw new ArgumentException(
                    $"The order [{first}{(order.Length > 20 ? ", ..." : "")}] of an autoregressive map is "
                    + $"no permutation of its {order.Length} columns. Give each index once, from 0 to {order.Length - 1}.");
            }
        }
    }

    private static void CheckMasked(DenseLayer layer, ReadOnlySpan<int> prefixes, int l)
    {
        for (int o = 0; o < layer.Outputs; o++)
        {
            if (layer.Weights.Slice(o * layer.Inputs + prefixes[o], layer.Inputs - prefixes[o]).ContainsAnyExcept(0f))
            {
                throw new ArgumentException($"Unit {o} of layer {l} of an autoregressive map's conditioner sees units that "
                    + $"it must not: only the first {prefixes[o]} of the layer before. Set the weights of the others to 0.");
            }
        }
    }
}
