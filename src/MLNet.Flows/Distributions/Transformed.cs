using System.Numerics.Tensors;
using MLNet.Flows.Bijections;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>What a distribution becomes under the inverse of bijections: log p(x) = log p_Z(f(x)) + log|det df/dx|.</summary>
/// <remarks>A whole flow: alone within a <see cref="FlowDensity"/>, or a member of a <see cref="UniformMixture"/>. As any
/// distribution it leaves the points as they are; <see cref="LogProbInPlace(RowBlock, int)"/> does without the copy.</remarks>
internal sealed class Transformed : Distribution
{
    private const int MaximumBijections = 1 << 10;
    /// <param name="bijections">From data to latent, in this order.</param>
    /// <param name="baseDistribution">What they map to.</param>
    public Transformed(Bijection[] bijections, Distribution baseDistribution)
        : base(baseDistribution.Dimension)
    {
        (Bijections, Base) = (bijections, baseDistribution);
        ContextColumns = bijections.Select(b => b.ContextColumns).Append(baseDistribution.ContextColumns).Max();
        InPlaceScratchColumns = bijections.Select(b => b.ScratchColumns).Append(baseDistribution.ScratchColumns).Max();
    }

    /// <summary>From data to latent, in this order.</summary>
    public Bijection[] Bijections { get; }

    public Distribution Base { get; }

    /// <summary>Scratch columns that bijections and base need behind a block's own, and scratch floats on a row.</summary>
    public int InPlaceScratchColumns { get; }

    public override int ContextColumns { get; }

    public override int CategoryColumns => Base.CategoryColumns;

    public override DistributionKind Kind => DistributionKind.Transformed;

    public override void LogProb(RowBlock block)
    {
        RowBlock inner = Copy(block);
        inner.LogDet.Clear();
        LogProbInPlace(inner);
        TensorPrimitives.Add(inner.LogProb.Span, inner.LogDet.Span, block.LogProb.Span);
    }

    /// <summary>Overwrites the points with the latent ones, sets LogProb to log p_Z of those and adds the log-determinants to
    /// LogDet: log p is the sum of both.</summary>
    /// <param name="block">With <see cref="InPlaceScratchColumns"/>.</param>
    /// <param name="first">The first bijection to run: those before it have been.</param>
    public void LogProbInPlace(RowBlock block, int first = 0)
    {
        foreach (Bijection bijection in Bijections.AsSpan(first))
            bijection.Forward(block);
        Base.LogProb(block);
    }

    public override float LogProb(RowWorkspace row)
    {
        RowWorkspace inner = row.Inner(InPlaceScratchColumns);
        row.Values.Span[..Dimension].CopyTo(inner.Values.Span);
        return LogProbInPlace(inner);
    }

    /// <summary>Overwrites the point with the latent one and returns log p.</summary>
    public float LogProbInPlace(RowWorkspace row)
    {
        float logDet = 0;
        foreach (Bijection bijection in Bijections)
            logDet += bijection.Forward(row);
        return Base.LogProb(row) + logDet;
    }

    public override void LogProbGradient(RowBlock block, RowBlock gradient)
    {
        RowBlock latent = Backpropagate(block, gradient);
        TensorPrimitives.Add(latent.LogProb.Span, latent.LogDet.Span, block.LogProb.Span);
    }

    /// <summary>Sets the first d columns of the gradient to d log p / dx.</summary>
    /// <remarks>Every bijection's input is kept, each in a block within the one before; then the chain rule goes back through
    /// them.</remarks>
    /// <returns>The latent points, whose LogProb and LogDet add up to log p.</returns>
    public RowBlock Backpropagate(RowBlock block, RowBlock gradient)
    {
        var inputs = new RowBlock[Bijections.Length];
        RowBlock latent = Copy(block), back = gradient.Inner(InPlaceScratchColumns);
        latent.LogDet.Clear();
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = latent;
            latent = Copy(latent);
            inputs[i].LogDet.Span.CopyTo(latent.LogDet.Span);
            Bijections[i].Forward(latent);
        }

        Base.LogProbGradient(latent, back);
        for (int i = inputs.Length - 1; i >= 0; i--)
            Bijections[i].Backward(inputs[i], back);
        int size = Dimension * RowBlock.Rows;
        back.Values.Span[..size].CopyTo(gradient.Values.Span);
        return latent;
    }

    public override void Sample(RandomStream random, Span<float> point)
    {
        var block = new DoubleBlock(Dimension, ContextColumns, CategoryColumns);
        Sample(random, block);
        for (int d = 0; d < point.Length; d++)
            point[d] = (float)Math.Clamp(block.Values[d * RowBlock.Rows], float.MinValue, float.MaxValue);
    }

    public override void Sample(RandomStream random, DoubleBlock block)
    {
        Base.Sample(random, block);
        Inverse(block);
    }

    /// <summary>Overwrites latent points z with x.</summary>
    public void Inverse(DoubleBlock block)
    {
        for (int i = Bijections.Length - 1; i >= 0; i--)
            Bijections[i].Inverse(block);
    }

    public override Distribution WithUnseenBeyond(double range) => new Transformed(Bijections, Base.WithUnseenBeyond(range));

    public override void Accept(DensityVisitor visitor)
    {
        foreach (Bijection bijection in Bijections)
            visitor.Visit(bijection);
        Base.Accept(visitor);
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Bijections.Length);
        foreach (Bijection bijection in Bijections)
            BijectionReader.Write(bijection, writer);
        DistributionReader.Write(Base, writer);
    }

    /// <param name="reader">The file.</param>
    /// <param name="outermost">The kind of base that may nest deepest of those allowed.</param>
    public static Transformed Read(ModelReader reader, DistributionKind outermost = DistributionKind.NormalMixture)
    {
        int count = reader.ReadInt32();
        reader.Check(count is >= 0 and <= MaximumBijections, $"{count} bijections");
        var bijections = new Bijection[count];
        for (int i = 0; i < count; i++)
            bijections[i] = BijectionReader.Read(reader);
        Distribution baseDistribution = DistributionReader.Read(reader, outermost);
        foreach (Bijection bijection in bijections)
            reader.Check(
                bijection.Dimension == baseDistribution.Dimension,
                $"a bijection of dimension {bijection.Dimension} before a base of {baseDistribution.Dimension}");
        var whole = new Transformed(bijections, baseDistribution);
        foreach (int context in bijections.Select(b => b.ContextColumns).Append(baseDistribution.ContextColumns))
            reader.Check(
                context == 0 || context == whole.ContextColumns,
                $"parts of one flow that read {context} and {whole.ContextColumns} columns of context");
        return whole;
    }

    private RowBlock Copy(RowBlock block)
    {
        RowBlock inner = block.Inner(InPlaceScratchColumns);
        inner.Count = block.Count;
        block.Values.Span[..(Dimension * RowBlock.Rows)].CopyTo(inner.Values.Span);
        return inner;
    }
}
