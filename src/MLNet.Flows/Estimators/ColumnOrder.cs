namespace MLNet.Flows;

/// <summary>How the columns' orders follow each other in an autoregressive flow: a column depends on those before it.</summary>
public enum ColumnOrder
{
    /// <summary>A random order, and then the last one backwards in turn.</summary>
    Reversed,

    /// <summary>A random order for each map.</summary>
    Random,
}
