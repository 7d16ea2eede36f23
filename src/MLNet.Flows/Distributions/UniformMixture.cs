using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>M distributions with equal shares: p(x) = (1/M) sum_m p_m(x), an exact density whatever the members are.</summary>
/// <remarks>log p = max + log sum_m exp(l_m - max) - log M with l_m = log p_m(x); d log p / dx = sum_m r_m d l_m / dx with the
/// responsibility r_m = exp(l_m - log p) / M. Costs what the members cost together.</remarks>
internal sealed class UniformMixture : Distribution
{
    private const int R = RowBlock.Rows;
    /// <summary>The most that options allow to train.</summary>
    public const int MaximumMembers = 100;

    private readonly Distribution[] _members;
    private readonly int _memberScratch;
    private readonly float _logCount;

    /// <param name="members">One or more, of one dimension.</param>
    public UniformMixture(Distribution[] members)
        : base(members[0].Dimension)
    {
        _members = members;
        _memberScratch = members.Max(member => member.ScratchColumns);
        _logCount = (float)Math.Log(members.Length);
    }

    public IReadOnlyList<Distribution> Members => _members;

    // The members' own scratch first, then a column of l_m for each.
    public override int ScratchColumns => _memberScratch + _members.Length;

    public override int ContextColumns => _members.Max(member => member.ContextColumns);

    public override int CategoryColumns => _members.Max(member => member.CategoryColumns);

    public override DistributionKind Kind => DistributionKind.UniformMixture;

    public override void LogProb(RowBlock block)
    {
        for (int m = 0; m < _members.Length; m++)
        {
            _members[m].LogProb(block);
            block.LogProb.Span.CopyTo(block.Column(Dimension + _memberScratch + m));
        }

        var operation = new UniformMixtureKernel.BlockMean(block, Dimension + _memberScratch, _members.Length, _logCount);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override float LogProb(RowWorkspace row)
    {
        for (int m = 0; m < _members.Length; m++)
            row.Scratch[_memberScratch + m] = _members[m].LogProb(row);
        return UniformMixtureKernel.Mean(row.Scratch.Span.Slice(_memberScratch, _members.Length), _logCount);
    }

    public override void LogProbGradient(RowBlock block, RowBlock gradient)
    {
        LogProb(block);
        float[] logProb = block.LogProb.Span.ToArray();
        int size = Dimension * R;
        var sum = new float[size];
        float[] slopes = block.Categories?.Path?.Slopes ?? [], sumOfSlopes = new float[slopes.Length];
        for (int m = 0; m < _members.Length; m++)
        {
            _members[m].LogProbGradient(block, gradient);
            for (int r = 0; r < R; r++)
            {
                float responsibility = MathF.Exp(block.LogProb[r] - logProb[r] - _logCount);
                for (int i = r; i < size; i += R)
                    sum[i] += responsibility == 0 ? 0 : responsibility * gradient.Values[i];
                for (int i = r; i < slopes.Length; i += R)
                    sumOfSlopes[i] += responsibility == 0 ? 0 : responsibility * slopes[i];
            }
        }

        sumOfSlopes.CopyTo(slopes, 0);
        sum.CopyTo(gradient.Values.Span);
        logProb.CopyTo(block.LogProb.Span);
    }

    public override void Sample(RandomStream random, Span<float> point) =>
        _members[random.NextInt32(_members.Length)].Sample(random, point);

    // Every member fills a block, and each row takes its lane from the member that it chose.
    public override void Sample(RandomStream random, DoubleBlock block)
    {
        var chosen = new int[R];
        foreach (ref int member in chosen.AsSpan())
            member = random.NextInt32(_members.Length);
        var drawn = new DoubleBlock(Dimension, block.ContextColumns, block.CategoryColumns);
        block.Context.CopyTo(drawn.Context, 0);
        for (int m = 0; m < _members.Length; m++)
        {
            _members[m].Sample(random, drawn);
            for (int i = 0; i < block.Values.Length; i++)
                block.Values[i] = chosen[i % R] == m ? drawn.Values[i] : block.Values[i];
            for (int i = 0; i < block.Categories.Length; i++)
                block.Categories[i] = chosen[i / block.CategoryColumns] == m ? drawn.Categories[i] : block.Categories[i];
        }
    }

    public override Distribution WithUnseenBeyond(double range) =>
        new UniformMixture([.. _members.Select(member => member.WithUnseenBeyond(range))]);

    public override void Accept(DensityVisitor visitor)
    {
        for (int m = 0; m < _members.Length; m++)
        {
            visitor.Enter(m, _members.Length);
            _members[m].Accept(visitor);
            visitor.Leave();
        }
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(_members.Length);
        foreach (Distribution member in _members)
            DistributionReader.Write(member, writer);
    }

    public static UniformMixture Read(ModelReader reader)
    {
        int count = reader.ReadInt32();
        reader.Check(count is >= 1 and <= MaximumMembers, $"a mixture of {count} flows");
        var members = new Distribution[count];
        for (int m = 0; m < count; m++)
        {
            members[m] = DistributionReader.Read(reader, outermost: DistributionKind.Transformed);
            reader.Check(
                members[m].Dimension == members[0].Dimension,
                $"members of dimensions {members[0].Dimension} and {members[m].Dimension}");
            reader.Check(
                members[m].CategoryColumns == members[0].CategoryColumns,
                $"members of {members[0].CategoryColumns} and {members[m].CategoryColumns} categorical columns");
        }

        return new UniformMixture(members);
    }
}
