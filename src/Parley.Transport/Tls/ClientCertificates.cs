namespace Parley.Transport;

/// <summary>Whether a TLS listener asks its clients for certificates.</summary>
public enum ClientCertificates : byte
{
    /// <summary>Not asked for.</summary>
    None,

    /// <summary>Asked for; verified when given.</summary>
    Optional,

    /// <summary>A connection without a valid one is refused.</summary>
    Required,
}
