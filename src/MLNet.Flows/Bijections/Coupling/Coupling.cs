using MLNet.Flows.Bijections.Conditioned;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>Changes each active column by a scalar map, whose parameters a conditioner computes from the passive
/// columns.</summary>
/// <remarks>z_A = x_A; z_B = map(x_B; conditioner(x_A)); log|det df/dx| = sum of log-slopes. The conditioner sees x_A clamped to
/// the bound of inputs: further out, where no training row was, the map stays what it is at the edge. Dinh, Krueger and Bengio
/// 2014, arXiv:1410.8516.</remarks>
/// <typeparam name="TMap">The scalar map.</typeparam>
internal sealed class Coupling<TMap> : ConditionedBijection<TMap>
    where TMap : struct, IScalarMap
{
    // An index in a list and in the set that separates active columns from passive ones.
    private const long IndexBytes = 40;

    /// <param name="mask">The columns.</param>
    /// <param name="conditioner">Context and |A| inputs; as many outputs for each parameter of the map as there are columns B,
    /// parameter by parameter.</param>
    /// <param name="map">The scalar map.</param>
    /// <param name="inputBound">In [0.001, 1e15].</param>
    /// <param name="context">Columns of the context.</param>
    /// <exception cref="ArgumentException">The conditioner's shape or the bound is not as above.</exception>
    public Coupling(
        ColumnMask mask,
        MultilayerPerceptron conditioner,
        TMap map,
        float inputBound = ValueLimit.Largest,
        int context = 0)
        : base(new ConditionedParts<TMap>(mask.Dimension, mask.Passive, mask.Active, conditioner, map, inputBound, context))
    {
    }

    public override BijectionKind Kind => TMap.CouplingKind;

    public override void Inverse(DoubleBlock block)
    {
        const int R = RowBlock.Rows;
        (int[] passive, int[] active, double bound) = (Parts.Inputs, Parts.Active, Parts.InputBound);
        double[] inputs = ContextInputs(block, passive.Length);
        int own = Parts.Context * R;
        for (int i = 0; i < passive.Length * R; i++)
            inputs[own + i] = Math.Clamp(block.Values[passive[i / R] * R + i % R], -bound, bound);
        ReadOnlySpan<double> parameters = Exact.Run(inputs);
        for (int i = 0; i < active.Length; i++)
            Parts.Map.Inverse(block.Values.AsSpan(active[i] * R, R), parameters[(i * R)..], active.Length * R, block.LogDet);
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(Parts.Inputs.Length);
        foreach (int column in Parts.Inputs)
            writer.Write(column);
        Parts.Map.Write(writer);
        writer.Write(Parts.InputBound);
        Parts.Conditioner.Write(writer);
    }

    /// <param name="reader">Behind the kind.</param>
    /// <param name="context">Columns of the context.</param>
    /// <param name="readMap">Reads what the map is set to.</param>
    /// <param name="withInputBound">False for the older layout, without the bound of inputs.</param>
    public static Coupling<TMap> Read(
        ModelReader reader, int context, Func<ModelReader, TMap> readMap, bool withInputBound = true)
    {
        int dimension = reader.ReadInt32(), count = reader.ReadInt32();
        reader.Check(
            dimension is >= 1 and <= 1 << 24 && count >= 0 && count < dimension,
            $"a coupling of {count} passive columns on {dimension} dimensions");
        reader.CheckRemaining(count * (long)sizeof(int));
        reader.Reserve(dimension * IndexBytes);
        var passive = new int[count];
        foreach (ref int column in passive.AsSpan())
            column = reader.ReadInt32();
        try
        {
            TMap map = readMap(reader);
            float inputBound = withInputBound ? reader.ReadSingle() : ValueLimit.Largest;
            return new Coupling<TMap>(
                new ColumnMask(dimension, passive),
                MultilayerPerceptron.Read(reader, context + count),
                map,
                inputBound,
                context);
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"The model is damaged: {fault.Message}");
        }
    }
}
