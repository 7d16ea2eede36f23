using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;
using MLNet.Flows.Serialization;
using MLNet.Flows.Tests.Transformers;

namespace MLNet.Flows.Tests.Persistence;

public sealed class ConsensusFormatTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Read_WhatWasWritten_GivesTheSameBytesScoresAndMembers(int count)
    {
        FlowModel model = TestFlows.ConsensusModel();
        model = model with
        {
            Density = new RowDensity([.. model.Density.Flows.Take(count)]),
            Members = [.. model.Members.Take(count)],
        };
        float[][] rows = TestFlows.Rows(20);

        byte[] content = FlowModelFormat.Write(model);
        FlowModel read = FlowModelFormat.Read(content);

        Assert.Equal(content, FlowModelFormat.Write(read));
        Assert.Equal(rows.Select(row => Score(model, row)), rows.Select(row => Score(read, row)));
        Assert.Equal(
            model.Members.Select(member => (member.Name, member.History.BestStep)),
            read.Members.Select(member => (member.Name, member.History.BestStep)));
    }

    // Golden files hold the bytes; this says why: the marker and the members are all that is new.
    [Fact]
    public void Write_OfASingleFlow_HasNoTraceOfConsensuses()
    {
        FlowModel model = TestFlows.Model();
        int single = FlowModelFormat.Write(model).Length, consensus = FlowModelFormat.Write(model with
        {
            Members = [new ConsensusMember { Name = "", History = model.History }],
        }).Length;
        var history = new ModelWriter();
        TrainingHistoryFormat.Write(model.History, history);

        Assert.Equal(2 * sizeof(int) + history.Payload.Length, consensus - single);
    }

    [Fact]
    public void Read_OfAConsensusWithALatentColumn_IsRefused()
    {
        FlowModel model = TestFlows.ConsensusModel();
        byte[] content = FlowModelFormat.Write(model with { Columns = model.Columns with { Latent = "Latent" } });

        Assert.Contains(
            "a latent column of a consensus", Assert.Throws<FormatException>(() => FlowModelFormat.Read(content)).Message);
    }

    [Theory]
    [InlineData(-101, "a consensus of 101 flows")]
    [InlineData(int.MinValue, "a consensus of 2147483648 flows")]
    public void ReadDensity_OfMoreFlowsThanThereMayBe_IsRefused(int marker, string fault)
    {
        var writer = new ModelWriter();
        writer.Write(marker);

        Assert.Contains(
            fault,
            Assert.Throws<FormatException>(
                () => ConsensusFormat.ReadDensity(new ModelReader(writer.Payload.ToArray()), version: 4)).Message);
    }

    [Fact]
    public void ReadDensity_OfFlowsOverOtherFeatures_IsRefused()
    {
        var writer = new ModelWriter();
        writer.Write(-2);
        TestFlows.Model().Density.Flow.Write(writer);
        var other = new FlowDensity(
            new ColumnPartition(1, [], new PlateauConstants([], [])), new Transformed([], new DiagonalNormal([0], [1])));
        other.Write(writer);

        Assert.Contains(
            "a consensus of flows over 5 and 1 features",
            Assert.Throws<FormatException>(
                () => ConsensusFormat.ReadDensity(new ModelReader(writer.Payload.ToArray()), version: 4)).Message);
    }

    // What is read is checked piece by piece, also where someone mended the checksum.
    [Fact]
    public void Read_ThousandMutationsWithMendedChecksum_GiveFormatExceptionOrAModelThatScores()
    {
        byte[] original = FlowModelFormat.Write(TestFlows.ConsensusModel());
        var random = new RandomStream(34);
        float[] row = TestFlows.Rows(1)[0];
        int refused = 0;
        for (int i = 0; i < 1000; i++)
        {
            byte[] content = Mutation.Of(original, random);
            if (content.Length < 48)
                continue;
            Mutation.MendChecksum(original, content);
            try
            {
                FlowModel model = FlowModelFormat.Read(content);
                if (model.Density.FeatureCount == row.Length)
                    model.Density.CreateScorer().ScoreRow(row, context: []);
            }
            catch (FormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 1000);
    }

    private static RowScore Score(FlowModel model, float[] row) => model.Density.CreateScorer().ScoreRow(row, context: []);
}
