namespace Parley.Testing;

/// <summary>A store does not do what <see cref="Parley.Dialogs.IDialogStore"/> asks; the message says what was expected and what came.</summary>
public sealed class DialogStoreConformanceException : Exception
{
    /// <summary>Makes one without a message.</summary>
    public DialogStoreConformanceException() { }

    /// <summary>Makes one.</summary>
    /// <param name="message">What was expected and what came.</param>
    public DialogStoreConformanceException(string message)
        : base(message) { }

    /// <summary>Makes one with its cause.</summary>
    /// <param name="message">What was expected and what came.</param>
    /// <param name="innerException">The cause.</param>
    public DialogStoreConformanceException(string message, Exception innerException)
        : base(message, innerException) { }
}
