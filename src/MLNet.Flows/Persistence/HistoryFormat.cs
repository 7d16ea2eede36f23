using MLNet.Flows.Serialization;

namespace MLNet.Flows.Persistence;

/// <summary>A <see cref="TrainingHistory"/> as bytes; the layout stands at <see cref="FlowModelFormat"/>.</summary>
internal static class HistoryFormat
{
    private const int MaximumReports = 1 << 20;
    private const int ReportBytes = 96;

    public static void Write(TrainingHistory history, ModelWriter writer)
    {
        writer.Write((int)history.StopReason);
        writer.Write(history.BestStep);
        writer.Write((double)history.RowsUsed);
        writer.Write((double)history.RowsSkipped);
        writer.Write((double)history.Recoveries);
        writer.Write(history.Progress.Count);
        foreach (TrainingProgress report in history.Progress)
        {
            writer.Write(report.Step);
            writer.Write(report.MaximumSteps);
            writer.Write(report.Epoch);
            writer.Write(report.TrainLogLikelihood);
            writer.Write(report.ValidationLogLikelihood);
        }
    }

    public static TrainingHistory Read(ModelReader reader, int version)
    {
        var stopReason = (TrainingStopReason)reader.ReadInt32();
        reader.Check(Enum.IsDefined(stopReason), $"stop reason {(int)stopReason}");
        int bestStep = reader.ReadInt32();
        long rowsUsed = Count(reader), rowsSkipped = Count(reader), recoveries = Count(reader);
        int reports = reader.ReadInt32();
        reader.Check(reports is >= 0 and <= MaximumReports, $"{reports} training reports");
        reader.CheckRemaining(reports * (version < 3 ? 56L : 32L));
        reader.Reserve((long)reports * ReportBytes);
        var progress = new TrainingProgress[reports];
        for (int i = 0; i < reports; i++)
        {
            // In the order of the file.
            progress[i] = new TrainingProgress
            {
                Step = reader.ReadInt32(),
                MaximumSteps = reader.ReadInt32(),
                Epoch = reader.ReadDouble(),
                TrainLogLikelihood = reader.ReadDouble(),
                ValidationLogLikelihood = reader.ReadDouble(),
                RowsPerSecond = version < 3 ? reader.ReadDouble() : double.NaN,
                Elapsed = version < 3 ? Seconds(reader) : TimeSpan.Zero,
                Remaining = version < 3 ? Seconds(reader) : TimeSpan.Zero,
            };
        }

        return new TrainingHistory
        {
            Progress = progress,
            StopReason = stopReason,
            BestStep = bestStep,
            RowsUsed = rowsUsed,
            RowsSkipped = rowsSkipped,
            Recoveries = (int)Math.Min(recoveries, int.MaxValue),
        };
    }

    private static long Count(ModelReader reader)
    {
        double value = reader.ReadDouble();
        reader.Check(value is >= 0 and < 1e18, $"a count of {value}");
        return (long)value;
    }

    private static TimeSpan Seconds(ModelReader reader)
    {
        double value = reader.ReadDouble();
        reader.Check(value is >= 0 and < 1e9, $"a time of {value} s");
        return TimeSpan.FromSeconds(value);
    }
}
