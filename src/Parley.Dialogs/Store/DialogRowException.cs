namespace Parley.Dialogs;

/// <summary>Thrown by a store that refuses one row for itself, such as one with a text too long for its column: nothing of the batch was written, and all but this row can be.</summary>
public sealed class DialogRowException : Exception
{
    /// <summary>Makes one without a row.</summary>
    public DialogRowException() { }

    /// <summary>Makes one without a row.</summary>
    /// <param name="message">What is wrong.</param>
    public DialogRowException(string message)
        : base(message) { }

    /// <summary>Makes one without a row, with its cause.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">The cause.</param>
    public DialogRowException(string message, Exception innerException)
        : base(message, innerException) { }

    /// <summary>Makes one.</summary>
    /// <param name="id">The row.</param>
    /// <param name="message">One line for the operator: what is wrong with it.</param>
    /// <param name="innerException">The cause; null: none.</param>
    public DialogRowException(DialogId id, string message, Exception? innerException = null)
        : base(message, innerException) => Id = id;

    /// <summary>The row that is refused.</summary>
    public DialogId Id { get; }
}
