using System.Data.Common;
using DuckDB.NET.Data;

namespace MLNet.Flows.Tool.Tables;

/// <summary>Rows of a query as they come, on a connection of its own; Ctrl-C ends it also while DuckDB works on the next
/// row, which may take long.</summary>
internal sealed class Query : IDisposable
{
    private readonly string _source;
    private readonly CancellationToken _cancellation;
    private readonly DuckDBConnection _connection;
    private readonly CancellationTokenRegistration _stop;

    /// <param name="sql">The query.</param>
    /// <param name="source">What is read, for messages.</param>
    /// <param name="inOrder">Whether rows are to come in the order of the files.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="InputException">The files cannot be read so.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Query(string sql, string source, bool inOrder, CancellationToken cancellation)
    {
        (_source, _cancellation) = (source, cancellation);
        _connection = Database.Open(inOrder);
        try
        {
            DuckDBCommand command = _connection.CreateCommand();
            command.CommandText = sql;
            command.UseStreamingMode = true;
            _stop = cancellation.Register(command.Cancel);
            Reader = Guard(command.ExecuteReader);
        }
        catch
        {
            _stop.Dispose();
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>The cells of the row.</summary>
    public DbDataReader Reader { get; }

    /// <exception cref="InputException">The next row cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public bool MoveNext() => Guard(Reader.Read);

    public void Dispose()
    {
        // Waits for an interrupt that is under way.
        _stop.Dispose();
        Reader.Dispose();
        _connection.Dispose();
    }

    private T Guard<T>(Func<T> work)
    {
        _cancellation.ThrowIfCancellationRequested();
        try
        {
            return work();
        }
        catch (DuckDBException) when (_cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(_cancellation);
        }
        catch (DuckDBException error)
        {
            throw new InputException(Database.Describe(error.Message, _source), error);
        }
    }
}
