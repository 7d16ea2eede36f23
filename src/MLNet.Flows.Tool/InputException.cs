namespace MLNet.Flows.Tool;

/// <summary>Something that the person at the command line can mend: the message, one line, says what was given, what is
/// expected and what to do.</summary>
internal sealed class InputException : Exception
{
    public InputException(string message)
        : base(message)
    {
    }

    public InputException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
