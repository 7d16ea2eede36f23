using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Tests.Tables;

public sealed class QueryTests
{
    [Fact]
    public void Query_CancelledBeforeItsFirstRow_Ends()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        // Without the interrupt, hours.
        Assert.Throws<OperationCanceledException>(() =>
        {
            using var query = new Query(
                "SELECT sum(a.range * b.range) FROM range(10_000_000) a, range(10_000_000) b", "'numbers'", inOrder: false,
                cancellation.Token);
            query.MoveNext();
        });
    }

    [Fact]
    public void Query_CancelledAfterItsEnd_IsOver()
    {
        using var cancellation = new CancellationTokenSource();
        using (var query = new Query("SELECT 7", "'numbers'", inOrder: false, cancellation.Token))
        {
            Assert.True(query.MoveNext());
            Assert.Equal(7, query.Reader.GetInt32(0));
        }

        cancellation.Cancel();
    }
}
