namespace Parley.Registrar;

/// <summary>A store that cannot be used as it is set up: tables missing or of another version, or in use by another process. Trying again does not help.</summary>
public sealed class LocationStoreException : Exception
{
    /// <summary>Makes one without a message.</summary>
    public LocationStoreException() { }

    /// <summary>Makes one.</summary>
    /// <param name="message">One line for the operator: what is wrong and what to do.</param>
    public LocationStoreException(string message)
        : base(message) { }

    /// <summary>Makes one with its cause.</summary>
    /// <param name="message">One line for the operator: what is wrong and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public LocationStoreException(string message, Exception innerException)
        : base(message, innerException) { }
}
