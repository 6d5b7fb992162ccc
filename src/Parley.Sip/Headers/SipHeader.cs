namespace Parley.Sip;

/// <summary>Where one header line lies in its message; offsets count from the message's first byte.</summary>
/// <param name="Name">The header, <see cref="SipHeaderName.Other"/> when its name is not in the table.</param>
/// <param name="Start">First byte of the name.</param>
/// <param name="NameLength">Bytes of the name as written, without white space before the colon.</param>
/// <param name="ValueStart">First byte of the value after white space.</param>
/// <param name="ValueLength">Bytes of the value, folds inside included, white space at its ends not.</param>
/// <param name="End">First byte after the line end.</param>
public readonly record struct SipHeader(SipHeaderName Name, int Start, int NameLength, int ValueStart, int ValueLength, int End);
