namespace Parley.Testing;

/// <summary>A store does not do what <see cref="Parley.Registrar.ILocationStore"/> asks; the message says what was expected and what came.</summary>
public sealed class LocationStoreConformanceException : Exception
{
    /// <summary>Makes one without a message.</summary>
    public LocationStoreConformanceException() { }

    /// <summary>Makes one.</summary>
    /// <param name="message">What was expected and what came.</param>
    public LocationStoreConformanceException(string message)
        : base(message) { }

    /// <summary>Makes one with its cause.</summary>
    /// <param name="message">What was expected and what came.</param>
    /// <param name="innerException">The cause.</param>
    public LocationStoreConformanceException(string message, Exception innerException)
        : base(message, innerException) { }
}
