namespace Parley.Sip;

/// <summary>How large a message may be; what is over a limit is answered with the status named there, or dropped when it is a response or an ACK.</summary>
public sealed class SipLimits
{
    /// <summary>The default limits.</summary>
    public static SipLimits Default { get; } = new();

    /// <summary>Bytes of a whole message; 513. Default 65,535.</summary>
    public int MaxMessageSize { get; init; } = 65_535;

    /// <summary>Bytes of a body; 413. Default 65,535: as large as the message allows.</summary>
    public int MaxBodySize { get; init; } = 65_535;

    /// <summary>Header lines (folded ones count once); 400. Default 256.</summary>
    public int MaxHeaderCount { get; init; } = 256;

    /// <summary>Bytes of one header line with its folds; 400. Default 8,192.</summary>
    public int MaxHeaderLength { get; init; } = 8_192;

    /// <summary>Bytes of the request URI; 414. Default 2,048.</summary>
    public int MaxUriLength { get; init; } = 2_048;
}
