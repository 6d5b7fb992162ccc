namespace Parley.Hosting;

/// <summary>A call file cannot be read. The message is one line for the user.</summary>
public sealed class CallFileException : Exception
{
    /// <summary>Without a message of its own.</summary>
    public CallFileException()
        : base("The call file cannot be read.") { }

    /// <summary>With what is wrong.</summary>
    /// <param name="message">One line.</param>
    public CallFileException(string message)
        : base(message) { }

    /// <summary>With what is wrong, and its cause.</summary>
    /// <param name="message">One line.</param>
    /// <param name="inner">The cause.</param>
    public CallFileException(string message, Exception? inner)
        : base(message, inner) { }
}
