namespace MLNet.Flows;

public sealed partial class DriftMonitor
{
    private static ReadOnlySpan<byte> Magic => "MLNDRFT1"u8;

    /// <summary>Writes all that it has seen, so that a restarted service goes on where it was.</summary>
    /// <param name="stream">Receives at most about 400 kB.</param>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content))
        {
            lock (_lock)
                Write(writer);
        }

        stream.Write(content.ToArray());
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="stream">At its start.</param>
    /// <returns>A monitor that goes on as the saved one would have.</returns>
    /// <exception cref="FormatException">It is no monitor, or damaged.</exception>
    public static DriftMonitor Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        try
        {
            return Read(reader);
        }
        catch (EndOfStreamException)
        {
            throw new FormatException("The drift monitor is truncated. Save it again or restore the file.");
        }
    }

    private void Write(BinaryWriter writer)
    {
        writer.Write(Magic);
        writer.Write(_significance);
        writer.Write(_seed);
        writer.Write(_calibrationRows);
        writer.Write(_rows);
        writer.Write(_draws);
        writer.Write(_missing);
        writer.Write(_alarmRow);
        writer.Write(_highest);
        writer.Write(_stakes.Length);
        foreach (double stake in _stakes)
            writer.Write(stake);
        (int Bin, long Count)[] counts = [.. _earlier.NotEmpty()];
        writer.Write(counts.Length);
        foreach ((int bin, long count) in counts)
        {
            writer.Write(bin);
            writer.Write(count);
        }
    }

    private static DriftMonitor Read(BinaryReader reader)
    {
        Check(reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic), "its first bytes are not those of one");
        double significance = reader.ReadDouble();
        Check(significance is > 0 and < 1, $"its significance is {significance}");
        var monitor = new DriftMonitor(significance, reader.ReadInt32())
        {
            _calibrationRows = Count(reader),
            _rows = Count(reader),
            _draws = Count(reader),
            _missing = Count(reader),
            _alarmRow = reader.ReadInt64(),
            _highest = reader.ReadDouble(),
        };
        Check(monitor._alarmRow >= -1 && monitor._alarmRow < monitor._rows, $"its alarm is at row {monitor._alarmRow}");
        Check(double.IsFinite(monitor._highest) && monitor._highest >= 1, $"its highest capital is {monitor._highest}");
        int stakes = reader.ReadInt32();
        Check(stakes == monitor._stakes.Length, $"it has {stakes} stakes instead of {monitor._stakes.Length}");
        foreach (ref double stake in monitor._stakes.AsSpan())
        {
            stake = reader.ReadDouble();
            Check(double.IsFinite(stake) && stake >= 0, $"a stake is {stake}");
        }

        int bins = reader.ReadInt32();
        for (int i = 0; i < bins; i++)
        {
            int bin = reader.ReadInt32();
            long count = reader.ReadInt64();
            Check(monitor._earlier.TryAdd(bin, count), $"bin {bin} holds {count} rows");
        }

        Check(
            monitor._earlier.Count == monitor._calibrationRows + monitor._rows,
            $"it holds {monitor._earlier.Count} rows of {monitor._calibrationRows} + {monitor._rows}");
        return monitor;
    }

    private static long Count(BinaryReader reader)
    {
        long count = reader.ReadInt64();
        Check(count is >= 0 and < long.MaxValue / 4, $"it counts {count} rows");
        return count;
    }

    private static void Check(bool holds, string fault)
    {
        if (!holds)
            throw new FormatException($"This is no drift monitor, or it is damaged: {fault}. Save it again or restore the file.");
    }
}
