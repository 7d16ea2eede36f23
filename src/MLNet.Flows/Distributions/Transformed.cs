using System.Numerics.Tensors;
using MLNet.Flows.Bijections;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>What a distribution becomes under the inverse of bijections: log p(x) = log p_Z(f(x)) + log|det df/dx|.</summary>
/// <remarks>A whole flow that is itself a base distribution, such as a member of a <see cref="UniformMixture"/>.</remarks>
internal sealed class Transformed : Distribution
{
    private const int MaximumBijections = 1 << 10;
    private readonly int _innerScratch;

    /// <param name="bijections">From data to latent, in this order.</param>
    /// <param name="baseDistribution">What they map to.</param>
    public Transformed(Bijection[] bijections, Distribution baseDistribution)
        : base(baseDistribution.Dimension)
    {
        (Bijections, Base) = (bijections, baseDistribution);
        _innerScratch = bijections.Select(b => b.ScratchColumns).Append(baseDistribution.ScratchColumns).Max();
    }

    /// <summary>From data to latent, in this order.</summary>
    public Bijection[] Bijections { get; }

    public Distribution Base { get; }

    public override DistributionKind Kind => DistributionKind.Transformed;

    public override void LogProb(RowBlock block)
    {
        RowBlock inner = Copy(block);
        inner.LogDet.Clear();
        foreach (Bijection bijection in Bijections)
            bijection.Forward(inner);
        Base.LogProb(inner);
        TensorPrimitives.Add(inner.LogProb.Span, inner.LogDet.Span, block.LogProb.Span);
    }

    public override float LogProb(RowWorkspace row)
    {
        RowWorkspace inner = row.Inner(_innerScratch);
        row.Values.Span[..Dimension].CopyTo(inner.Values.Span);
        float logDet = 0;
        foreach (Bijection bijection in Bijections)
            logDet += bijection.Forward(inner);
        return Base.LogProb(inner) + logDet;
    }

    // Every bijection's input is kept, each in a block within the one before; then the chain rule goes back through them.
    public override void LogProbGradient(RowBlock block, RowBlock gradient)
    {
        var inputs = new RowBlock[Bijections.Length];
        RowBlock latent = Copy(block), back = gradient.Inner(_innerScratch);
        latent.LogDet.Clear();
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = latent;
            latent = Copy(latent);
            inputs[i].LogDet.Span.CopyTo(latent.LogDet.Span);
            Bijections[i].Forward(latent);
        }

        Base.LogProbGradient(latent, back);
        TensorPrimitives.Add(latent.LogProb.Span, latent.LogDet.Span, block.LogProb.Span);
        for (int i = inputs.Length - 1; i >= 0; i--)
            Bijections[i].Backward(inputs[i], back);
        int size = Dimension * RowBlock.Rows;
        back.Values.Span[..size].CopyTo(gradient.Values.Span);
    }

    public override void Sample(RandomStream random, Span<float> point)
    {
        var block = new DoubleBlock(Dimension);
        Sample(random, block);
        for (int d = 0; d < point.Length; d++)
            point[d] = (float)Math.Clamp(block.Values[d * RowBlock.Rows], float.MinValue, float.MaxValue);
    }

    public override void Sample(RandomStream random, DoubleBlock block)
    {
        Base.Sample(random, block);
        foreach (Bijection bijection in Bijections.AsEnumerable().Reverse())
            bijection.Inverse(block);
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Bijections.Length);
        foreach (Bijection bijection in Bijections)
            BijectionReader.Write(bijection, writer);
        DistributionReader.Write(Base, writer);
    }

    public static Transformed Read(ModelReader reader)
    {
        int count = reader.ReadInt32();
        reader.Check(count is >= 0 and <= MaximumBijections, $"{count} bijections");
        var bijections = new Bijection[count];
        for (int i = 0; i < count; i++)
            bijections[i] = BijectionReader.Read(reader);
        Distribution baseDistribution = DistributionReader.Read(reader, outermost: DistributionKind.NormalMixture);
        foreach (Bijection bijection in bijections)
            reader.Check(bijection.Dimension == baseDistribution.Dimension, $"a bijection of dimension {bijection.Dimension} before a base of {baseDistribution.Dimension}");
        return new Transformed(bijections, baseDistribution);
    }

    private RowBlock Copy(RowBlock block)
    {
        RowBlock inner = block.Inner(_innerScratch);
        inner.Count = block.Count;
        block.Values.Span[..(Dimension * RowBlock.Rows)].CopyTo(inner.Values.Span);
        return inner;
    }
}
