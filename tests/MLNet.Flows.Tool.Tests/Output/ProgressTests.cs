using System.Globalization;
using MLNet.Flows.Tool.Output;

namespace MLNet.Flows.Tool.Tests.Output;

public sealed class ProgressTests
{
    [Fact]
    public void Lines_OfManyReports_AreOneEveryTwoSeconds()
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        var clock = new Clock();
        Progress.Report report = Progress.Lines(writer, "scoring", clock);

        for (int second = 0; second < 5; second++)
        {
            report(second == 0 ? null : 0.25 * second, $"{second} rows");
            clock.Seconds++;
        }

        Assert.Equal("scoring: 0 rows\nscoring: 50 %, 2 rows\nscoring: 100 %, 4 rows\n", writer.ToString());
    }

    [Fact]
    public void Run_OnATerminal_ReturnsWhatTheWorkDoesAndKeepsItsErrors()
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        var shell = new Shell(writer, writer, IsTerminal: true, CancellationToken.None);

        int result = Progress.Run(shell, "[scoring]", report =>
        {
            report(null, "[1] row");
            report(0.5, "2 rows");
            return 7;
        });

        Assert.Equal(7, result);
        Assert.Throws<InputException>(() => Progress.Run<int>(shell, "scoring", _ => throw new InputException("no")));
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
