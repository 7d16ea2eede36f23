using System.Buffers.Binary;
using System.Security.Cryptography;
using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Persistence;
using MLNet.Flows.Serialization;
using MLNet.Flows.Tests.Transformers;

namespace MLNet.Flows.Tests.Persistence;

/// <summary>Files with a right checksum that ask for more than any flow: small ones that would take much memory, and sizes whose
/// products overflow.</summary>
public sealed class HostileFilesTests
{
    // What reading may allocate for n bytes.
    private const long BytesPerByte = 64;
    private const long FreeBytes = 128L << 20;

    [Theory]
    [InlineData(1, 65_536)]
    [InlineData(1, 20_000)]
    [InlineData(1, 4097)]
    [InlineData(0, 16)]
    [InlineData(1 << 24, 1)]
    public void Read_PlanarStackOfTooManyLayersOrNoColumns_IsRefused(int dimension, int layers)
    {
        byte[] file = File(Math.Max(dimension, 1) < 100 ? dimension : 1, writer =>
        {
            writer.Write(1);
            writer.Write((int)BijectionKind.PlanarStack);
            writer.Write(dimension);
            writer.Write(layers);
            Zeros(writer, Math.Min((2L * dimension + 1) * layers, 200_000));
            Normal(writer, dimension);
        });

        AssertRefused(file);
    }

    [Fact]
    public void Read_ManyMembersOfManyEmptyStacks_IsRefused() => AssertRefused(File(1, writer =>
    {
        writer.Write(0);
        writer.Write((int)DistributionKind.UniformMixture);
        writer.Write(100);
        for (int m = 0; m < 100; m++)
        {
            writer.Write((int)DistributionKind.Transformed);
            writer.Write(1024);
            for (int b = 0; b < 1024; b++)
            {
                writer.Write((int)BijectionKind.PlanarStack);
                writer.Write(1);
                writer.Write(0);
            }

            Normal(writer, 1);
        }
    }));

    [Fact]
    public void Read_ManyMembersOfDeepStacks_IsRefused() => AssertRefused(File(1, writer =>
    {
        writer.Write(0);
        writer.Write((int)DistributionKind.UniformMixture);
        writer.Write(100);
        for (int m = 0; m < 100; m++)
        {
            writer.Write((int)DistributionKind.Transformed);
            writer.Write(1);
            writer.Write((int)BijectionKind.PlanarStack);
            writer.Write(1);
            writer.Write(2000);
            Zeros(writer, 3 * 2000);
            Normal(writer, 1);
        }
    }));

    [Fact]
    public void Read_SixteenMillionFeaturesInAFewBytes_IsRefused() => AssertRefused(File(1 << 24, writer =>
    {
        writer.Write(0);
        Normal(writer, 1);
    }));

    [Fact]
    public void Read_ManyMembers_AreThoseThatOptionsAllow() => AssertRefused(File(1, writer =>
    {
        writer.Write(0);
        writer.Write((int)DistributionKind.UniformMixture);
        writer.Write(101);
        for (int m = 0; m < 101; m++)
            Normal(writer, 1);
    }));

    [Theory]
    [InlineData(1, 1001)]
    [InlineData(0, 1)]
    public void Read_MixtureOfTooManyComponentsOrNoColumns_IsRefused(int dimension, int components) =>
        AssertRefused(File(dimension, writer =>
    {
        writer.Write(0);
        writer.Write((int)DistributionKind.NormalMixture);
        writer.Write(dimension);
        writer.Write(components);
        writer.Write(true);
        Zeros(writer, components * (1 + dimension) + dimension);
    }));

    [Fact]
    public void Read_CouplingOfSixteenMillionColumns_IsRefused() => AssertRefused(File(1, writer =>
    {
        writer.Write(1);
        writer.Write((int)BijectionKind.BoundedAffineCoupling);
        writer.Write(1 << 24);
        writer.Write(0);
        writer.Write(1f);
        writer.Write(1f);
        writer.Write(1);
        writer.Write(2);
        Zeros(writer, 2);
        Normal(writer, 1);
    }));

    // The deepest stack that options allow, on one column, has the largest tables for its size; and so many members of fewer
    // layers.
    [Theory]
    [InlineData(1, PlanarStack.MaximumLayers)]
    [InlineData(100, 409)]
    public void Read_TheLargestThatOptionsAllow_Loads(int members, int layers)
    {
        Transformed[] flows = [.. Enumerable.Range(0, members).Select(_ => new Transformed(
            [new PlanarStack(1, new float[layers], new float[layers], new float[layers])], new DiagonalNormal([0], [1])))];
        var density = new FlowDensity(
            new ColumnPartition(1, [], new PlateauConstants([], [])),
            new Transformed([], members == 1 ? flows[0] : new UniformMixture(flows)));
        byte[] file = FlowModelFormat.Write(TestFlows.Model() with { Density = new RowDensity(density), Reference = [0] });

        (FlowModel? model, long allocated) = Read(file);

        Assert.Equal(1, model!.Density.FeatureCount);
        Assert.InRange(allocated, 0, BytesPerByte * file.Length + FreeBytes);
    }

    private static void AssertRefused(byte[] file)
    {
        (FlowModel? model, long allocated) = Read(file);

        Assert.Null(model);
        Assert.InRange(allocated, 0, BytesPerByte * file.Length + FreeBytes);
    }

    private static (FlowModel? Model, long Allocated) Read(byte[] file)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            return (FlowModelFormat.Read(file), GC.GetAllocatedBytesForCurrentThread() - before);
        }
        catch (FormatException)
        {
            return (null, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    // A file with a right checksum: columns that vary only, and whatever is written for bijections and base.
    private static byte[] File(int features, Action<ModelWriter> density)
    {
        var writer = new ModelWriter();
        foreach (string name in (string[])["Features", "LogLikelihood", "Score", "PValue", "PredictedLabel", "", ""])
            writer.Write(name);
        writer.Write(0);
        writer.Write(0.01);
        writer.Write(features);
        writer.Write(0);
        writer.Write((int)ConstantFactorKind.Plateau);
        writer.Write(PlateauConstants.LeastDepartureNats);
        density(writer);
        Zeros(writer, Math.Min(features, 100));
        LikelihoodQuantiles.Fit([-1, -2, -3], []).Write(writer);
        byte[] content = [.. FlowModelFormat.Write(TestFlows.Model())[..48], .. writer.Payload];
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(12), content.Length - 48);
        SHA256.HashData(content.AsSpan(48), content.AsSpan(16, 32));
        return content;
    }

    private static void Normal(ModelWriter writer, int dimension)
    {
        writer.Write((int)DistributionKind.DiagonalNormal);
        writer.Write(dimension);
        Zeros(writer, Math.Min(dimension, 100));
        for (int d = 0; d < Math.Min(dimension, 100); d++)
            writer.Write(1f);
    }

    private static void Zeros(ModelWriter writer, long count)
    {
        for (long i = 0; i < count; i++)
            writer.Write(0f);
    }
}
