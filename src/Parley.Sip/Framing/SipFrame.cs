namespace Parley.Sip;

/// <summary>What <see cref="SipFraming.Next"/> found.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Bytes of the message or of the line ends or padding to take from the buffer; for Malformed, NoContentLength and TooLarge the bytes up to
/// the end of the headers when that was found (they can be parsed and answered before closing), else 0.</param>
/// <param name="Ping">True for the double CRLF that asks for a single one back (RFC 5626 3.5.1).</param>
public readonly record struct SipFrame(SipFrameKind Kind, int Length, bool Ping);
