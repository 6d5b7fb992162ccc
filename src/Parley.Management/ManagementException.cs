namespace Parley.Management;

/// <summary>The management side cannot start as it is set up: an address in use, a FIFO that cannot be made. The message is one line for the operator.</summary>
public sealed class ManagementException : Exception
{
    /// <summary>Without a message of its own.</summary>
    public ManagementException() { }

    /// <summary>With a message.</summary>
    /// <param name="message">What is wrong, in one line.</param>
    public ManagementException(string message)
        : base(message) { }

    /// <summary>With a message and what caused it.</summary>
    /// <param name="message">What is wrong, in one line.</param>
    /// <param name="innerException">The cause.</param>
    public ManagementException(string message, Exception innerException)
        : base(message, innerException) { }
}
