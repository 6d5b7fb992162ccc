// The agreed surface of this floor. Its owner replaces this file with one type per file and real bodies.
#pragma warning disable CS1591, RS0016, CA1822, IDE0060, CA1065, CA1000, CA2231, CA1036, CA1815, CA1034
namespace Parley.Sip;

public enum SipMethod : byte { Other, Invite, Ack, Bye, Cancel, Options, Register, Prack, Update, Info, Subscribe, Notify, Refer, Message, Publish }

public enum SipHeaderName : byte
{
    Other, Via, From, To, CallId, CSeq, Contact, MaxForwards, Route, RecordRoute, Require, ProxyRequire, Supported, Unsupported,
    Allow, Accept, Expires, MinExpires, ContentLength, ContentType, ContentEncoding, RAck, RSeq, Authorization, ProxyAuthorization,
    WwwAuthenticate, ProxyAuthenticate, Path, ServiceRoute, RetryAfter, Reason, Date, Event, SubscriptionState, ReferTo, ReferredBy,
    Replaces, SessionExpires, MinSe, UserAgent, Server, Warning, Timestamp, Subject, AllowEvents, PAssertedIdentity, Diversion,
}

public enum SipUriScheme : byte { Other, Sip, Sips, Tel }

/// <summary>Where one header line lies in its message; offsets count from the message's first byte.</summary>
public readonly record struct SipHeader(SipHeaderName Name, int Start, int NameLength, int ValueStart, int ValueLength, int End);

public enum SipParseStatus : byte { Ok, Reject, Drop, KeepAlive }

/// <summary>What parsing came to: Reject carries the status to answer with (400, 413, 414, 505, 513) and a reason phrase.</summary>
public readonly record struct SipParseResult(SipParseStatus Status, int StatusCode, string? Reason);

public sealed class SipLimits
{
    public static SipLimits Default { get; } = new();
    public int MaxMessageSize { get; init; } = 65_535;
    public int MaxHeaderCount { get; init; } = 256;
    public int MaxHeaderLength { get; init; } = 8_192;
    public int MaxUriLength { get; init; } = 2_048;
}

/// <summary>A view over received bytes; reusable and poolable. Everything span-typed lives as long as the buffer.</summary>
public sealed class SipMessage
{
    public SipParseResult Parse(byte[] buffer, int offset, int length, SipLimits limits) => throw new NotImplementedException();
    /// <summary>For tests and edges: copies the bytes and parses them.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipMessage? message) => throw new NotImplementedException();
    /// <summary>A pooled message of its own buffer with the same content (bytes and header table copied); give it back with Release.</summary>
    public SipMessage Retain() => throw new NotImplementedException();
    /// <summary>Returns a retained message and its buffer to the pool; does nothing for one that was not retained.</summary>
    public void Release() => throw new NotImplementedException();

    public bool IsRequest => throw new NotImplementedException();
    /// <summary>The request's method; of a response the method in its CSeq.</summary>
    public SipMethod Method => throw new NotImplementedException();
    public ReadOnlySpan<byte> MethodText => throw new NotImplementedException();
    public ReadOnlySpan<byte> RequestUri => throw new NotImplementedException();
    public int StatusCode => throw new NotImplementedException();
    public ReadOnlySpan<byte> ReasonPhrase => throw new NotImplementedException();
    public ReadOnlySpan<byte> Bytes => throw new NotImplementedException();
    public ReadOnlySpan<byte> Body => throw new NotImplementedException();

    public int HeaderCount => throw new NotImplementedException();
    public SipHeader HeaderAt(int index) => throw new NotImplementedException();
    public ReadOnlySpan<byte> NameOf(SipHeader header) => throw new NotImplementedException();
    public ReadOnlySpan<byte> ValueOf(SipHeader header) => throw new NotImplementedException();
    /// <summary>Index of the first header of this name at or after <paramref name="from"/>, -1 when there is none.</summary>
    public int IndexOf(SipHeaderName name, int from = 0) => throw new NotImplementedException();
    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => throw new NotImplementedException();
    public bool TryGetHeader(SipHeaderName name, out ReadOnlySpan<byte> value) => throw new NotImplementedException();
    /// <summary>The offset in this message of a span that was taken from it.</summary>
    public int OffsetOf(ReadOnlySpan<byte> part) => throw new NotImplementedException();

    public bool TryGetTopVia(out ViaView via) => throw new NotImplementedException();
    public ViaList Vias => throw new NotImplementedException();
    public NameAddrView From => throw new NotImplementedException();
    public NameAddrView To => throw new NotImplementedException();
    /// <summary>Empty when there is none.</summary>
    public ReadOnlySpan<byte> FromTag => throw new NotImplementedException();
    public ReadOnlySpan<byte> ToTag => throw new NotImplementedException();
    public ReadOnlySpan<byte> CallId => throw new NotImplementedException();
    public uint CSeqNumber => throw new NotImplementedException();
    public ReadOnlySpan<byte> CSeqMethodText => throw new NotImplementedException();
    /// <summary>-1 when absent or malformed.</summary>
    public int MaxForwards => throw new NotImplementedException();
    public NameAddrList Routes => throw new NotImplementedException();
    public NameAddrList RecordRoutes => throw new NotImplementedException();
    public NameAddrList Contacts => throw new NotImplementedException();
    public NameAddrList Paths => throw new NotImplementedException();
    public TokenList Tokens(SipHeaderName name) => throw new NotImplementedException();
    /// <summary>Of the Expires header, -1 when absent or malformed.</summary>
    public long Expires => throw new NotImplementedException();
    public bool TryGetRAck(out RAckView rack) => throw new NotImplementedException();
    public long RSeq => throw new NotImplementedException();
    public ReadOnlySpan<byte> ContentType => throw new NotImplementedException();
    /// <summary>-1 when absent.</summary>
    public int ContentLength => throw new NotImplementedException();
    /// <summary>Credentials or challenges of (Proxy-)Authorization / (WWW|Proxy)-Authenticate headers.</summary>
    public AuthParameterList AuthParameters(SipHeaderName name, int occurrence = 0) => throw new NotImplementedException();
}

public readonly ref struct ViaView
{
    /// <summary>Malformed text gives false.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ViaView via) => throw new NotImplementedException();
    /// <summary>The whole value, from "SIP" to the end of the last parameter.</summary>
    public ReadOnlySpan<byte> Text => throw new NotImplementedException();
    /// <summary>"UDP", "TCP", ... as written.</summary>
    public ReadOnlySpan<byte> Transport => throw new NotImplementedException();
    /// <summary>Host and port of sent-by; IPv6 with its brackets.</summary>
    public ReadOnlySpan<byte> SentBy => throw new NotImplementedException();
    public ReadOnlySpan<byte> Host => throw new NotImplementedException();
    /// <summary>0 when absent.</summary>
    public int Port => throw new NotImplementedException();
    public ReadOnlySpan<byte> Branch => throw new NotImplementedException();
    public ReadOnlySpan<byte> Received => throw new NotImplementedException();
    public bool HasRPort => throw new NotImplementedException();
    /// <summary>0 when absent or without value.</summary>
    public int RPort => throw new NotImplementedException();
    public ReadOnlySpan<byte> MAddr => throw new NotImplementedException();
    public ParameterList Parameters => throw new NotImplementedException();
}

public readonly ref struct NameAddrView
{
    public static bool TryParse(ReadOnlySpan<byte> text, out NameAddrView value) => throw new NotImplementedException();
    /// <summary>The whole value, display name to last parameter; empty for a default (absent) value.</summary>
    public ReadOnlySpan<byte> Text => throw new NotImplementedException();
    /// <summary>As written, quotes included; empty when there is none.</summary>
    public ReadOnlySpan<byte> DisplayName => throw new NotImplementedException();
    /// <summary>The URI's bytes, without angle brackets. "*" for a Contact that is one.</summary>
    public ReadOnlySpan<byte> UriText => throw new NotImplementedException();
    /// <summary>default when the URI is malformed (IsValid false).</summary>
    public SipUriView Uri => throw new NotImplementedException();
    public ParameterList Parameters => throw new NotImplementedException();
    public ReadOnlySpan<byte> Tag => throw new NotImplementedException();
    public bool IsStar => throw new NotImplementedException();
    /// <summary>Thousandths, 1000 when absent; -1 when malformed.</summary>
    public int Q => throw new NotImplementedException();
    /// <summary>Seconds of the expires parameter, -1 when absent or malformed.</summary>
    public long Expires => throw new NotImplementedException();
}

public readonly ref struct SipUriView
{
    public static bool TryParse(ReadOnlySpan<byte> text, out SipUriView uri) => throw new NotImplementedException();
    public bool IsValid => throw new NotImplementedException();
    public ReadOnlySpan<byte> Text => throw new NotImplementedException();
    public SipUriScheme Scheme => throw new NotImplementedException();
    public ReadOnlySpan<byte> SchemeText => throw new NotImplementedException();
    /// <summary>As written (escaped); of a tel URI the number. Empty when absent.</summary>
    public ReadOnlySpan<byte> User => throw new NotImplementedException();
    public ReadOnlySpan<byte> Password => throw new NotImplementedException();
    /// <summary>IPv6 with its brackets.</summary>
    public ReadOnlySpan<byte> Host => throw new NotImplementedException();
    /// <summary>0 when absent.</summary>
    public int Port => throw new NotImplementedException();
    public ParameterList Parameters => throw new NotImplementedException();
    /// <summary>What follows '?', without it.</summary>
    public ReadOnlySpan<byte> Headers => throw new NotImplementedException();
    public bool IsLoose => throw new NotImplementedException(); // has lr
    public ReadOnlySpan<byte> Transport => throw new NotImplementedException();
    public ReadOnlySpan<byte> MAddr => throw new NotImplementedException();
    /// <summary>RFC 3261 19.1.4.</summary>
    public bool EquivalentTo(SipUriView other) => throw new NotImplementedException();
    /// <summary>Unescaped user as text; allocates.</summary>
    public string UserText => throw new NotImplementedException();
    public string HostText => throw new NotImplementedException();
}

public readonly ref struct ParameterList
{
    /// <summary>";a=b;c" as written, possibly empty.</summary>
    public ReadOnlySpan<byte> Text => throw new NotImplementedException();
    /// <summary>Name compared without case; value empty for a flag; quoted values with their quotes.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => throw new NotImplementedException();
    public Enumerator GetEnumerator() => throw new NotImplementedException();
    public ref struct Enumerator { public bool MoveNext() => throw new NotImplementedException(); public Parameter Current => throw new NotImplementedException(); }
}
public readonly ref struct Parameter { public ReadOnlySpan<byte> Name => throw new NotImplementedException(); public ReadOnlySpan<byte> Value => throw new NotImplementedException(); }
public readonly ref struct RAckView { public uint RSeq => throw new NotImplementedException(); public uint CSeq => throw new NotImplementedException(); public ReadOnlySpan<byte> Method => throw new NotImplementedException(); }

/// <summary>All values of a header in order, across lines and commas. A malformed value ends the enumeration and sets IsMalformed.</summary>
public readonly ref struct ViaList
{
    public Enumerator GetEnumerator() => throw new NotImplementedException();
    public ref struct Enumerator { public bool MoveNext() => throw new NotImplementedException(); public ViaView Current => throw new NotImplementedException(); public bool IsMalformed => throw new NotImplementedException(); }
}
public readonly ref struct NameAddrList
{
    public Enumerator GetEnumerator() => throw new NotImplementedException();
    public int Count() => throw new NotImplementedException();
    public bool TryGetFirst(out NameAddrView value) => throw new NotImplementedException();
    public bool TryGetLast(out NameAddrView value) => throw new NotImplementedException();
    public ref struct Enumerator { public bool MoveNext() => throw new NotImplementedException(); public NameAddrView Current => throw new NotImplementedException(); public bool IsMalformed => throw new NotImplementedException(); }
}
public readonly ref struct TokenList
{
    public bool Contains(ReadOnlySpan<byte> token) => throw new NotImplementedException();
    public Enumerator GetEnumerator() => throw new NotImplementedException();
    public ref struct Enumerator { public bool MoveNext() => throw new NotImplementedException(); public ReadOnlySpan<byte> Current => throw new NotImplementedException(); }
}
public readonly ref struct AuthParameterList
{
    public ReadOnlySpan<byte> Scheme => throw new NotImplementedException();
    /// <summary>Value without its quotes.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => throw new NotImplementedException();
}

/// <summary>An immutable URI that owns its bytes; equality by RFC 3261 19.1.4.</summary>
public sealed class SipUri : IEquatable<SipUri>, IUtf8SpanFormattable, ISpanFormattable
{
    public static bool TryParse(ReadOnlySpan<byte> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipUri? uri) => throw new NotImplementedException();
    public static bool TryParse(ReadOnlySpan<char> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipUri? uri) => throw new NotImplementedException();
    public static SipUri Parse(string text) => throw new NotImplementedException();
    public SipUriView View => throw new NotImplementedException();
    public ReadOnlySpan<byte> Bytes => throw new NotImplementedException();
    public SipUriScheme Scheme => throw new NotImplementedException();
    public string User => throw new NotImplementedException();
    public string Host => throw new NotImplementedException();
    public int Port => throw new NotImplementedException();
    public bool Equals(SipUri? other) => throw new NotImplementedException();
    public override bool Equals(object? obj) => Equals(obj as SipUri);
    public override int GetHashCode() => throw new NotImplementedException();
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) => throw new NotImplementedException();
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) => throw new NotImplementedException();
    public string ToString(string? format, IFormatProvider? formatProvider) => throw new NotImplementedException();
}

/// <summary>The changes that make a forwarded message out of a received one: kept in order, written once. Reusable, allocation-free when warm.</summary>
public sealed class SipEdits
{
    /// <summary>Forgets all edits and starts anew on this message.</summary>
    public void Reset(SipMessage original) => throw new NotImplementedException();
    public SipMessage Original => throw new NotImplementedException();
    /// <summary>Scratch space that lives until Reset: format a new value there, then give it to an edit (which does not copy spans taken from it).</summary>
    public Span<byte> Scratch(int length) => throw new NotImplementedException();
    public void ReplaceRequestUri(ReadOnlySpan<byte> uri) => throw new NotImplementedException();
    /// <summary>A Via header line before the first one.</summary>
    public void PushVia(ReadOnlySpan<byte> value) => throw new NotImplementedException();
    /// <summary>Removes the first Via value (the line when it is alone there).</summary>
    public void PopVia() => throw new NotImplementedException();
    /// <summary>Before the first header of this name; when there is none, after the last Via.</summary>
    public void Push(SipHeaderName name, ReadOnlySpan<byte> value) => throw new NotImplementedException();
    /// <summary>After the last header.</summary>
    public void Append(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => throw new NotImplementedException();
    /// <summary>Whole lines, each ended by CRLF, after the last header.</summary>
    public void AppendLines(ReadOnlySpan<byte> lines) => throw new NotImplementedException();
    /// <summary>The value of the first header of this name, or a new header when there is none.</summary>
    public void Set(SipHeaderName name, ReadOnlySpan<byte> value) => throw new NotImplementedException();
    public void RemoveAll(SipHeaderName name) => throw new NotImplementedException();
    public void RemoveAll(ReadOnlySpan<byte> name) => throw new NotImplementedException();
    /// <summary>Removes one value of a comma-joined or repeated header; <paramref name="value"/> is its Text, taken from the message.</summary>
    public void RemoveValue(ReadOnlySpan<byte> value) => throw new NotImplementedException();
    /// <summary>Replaces bytes taken from the message.</summary>
    public void Replace(ReadOnlySpan<byte> part, ReadOnlySpan<byte> with) => throw new NotImplementedException();
    /// <summary>Inserts right after bytes taken from the message.</summary>
    public void InsertAfter(ReadOnlySpan<byte> part, ReadOnlySpan<byte> what) => throw new NotImplementedException();
    public void ReplaceBody(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body) => throw new NotImplementedException();
    public int Length => throw new NotImplementedException();
    /// <summary>The message with its edits; Content-Length set right when the body changed or none was there and <see cref="EnsureContentLength"/> asks for it. Returns the bytes written.</summary>
    public int WriteTo(Span<byte> destination) => throw new NotImplementedException();
    /// <summary>A stream needs a Content-Length (RFC 3261 18.3).</summary>
    public void EnsureContentLength() => throw new NotImplementedException();
}

/// <summary>Builds messages from nothing or from a request (RFC 3261 8.2.6). Grows its own pooled buffer; reusable.</summary>
public sealed class SipWriter
{
    public void Reset() => throw new NotImplementedException();
    public void RequestLine(ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri) => throw new NotImplementedException();
    public void StatusLine(int statusCode, ReadOnlySpan<byte> reason) => throw new NotImplementedException();
    public void Header(SipHeaderName name, ReadOnlySpan<byte> value) => throw new NotImplementedException();
    public void Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => throw new NotImplementedException();
    public void CSeq(uint number, ReadOnlySpan<byte> method) => throw new NotImplementedException();
    /// <summary>Whole lines with CRLF.</summary>
    public void Lines(ReadOnlySpan<byte> lines) => throw new NotImplementedException();
    /// <summary>Ends the headers: Content-Length, blank line, body.</summary>
    public ReadOnlySpan<byte> End(ReadOnlySpan<byte> contentType = default, ReadOnlySpan<byte> body = default) => throw new NotImplementedException();
    /// <summary>Status line, all Vias, From, To (tag added when it has none and the status is not 100), Call-ID, CSeq, and Record-Routes for 18x and 2xx (12.1.1); then Header/Lines, then End.</summary>
    public void Response(SipMessage request, int statusCode, ReadOnlySpan<byte> reason, ReadOnlySpan<byte> toTag) => throw new NotImplementedException();
}

/// <summary>Finds message ends in a stream (RFC 3261 18.3, RFC 5626 3.5.1 keep-alives).</summary>
public static class SipFraming
{
    /// <summary>Looks at the buffered bytes: Message with its length, KeepAlive with the bytes of CRLFs to skip (Ping true for the double CRLF that asks a pong), NeedMore, or Malformed (close the connection).</summary>
    public static SipFrame Next(ReadOnlySpan<byte> buffered, SipLimits limits) => throw new NotImplementedException();
}
public enum SipFrameKind : byte { NeedMore, Message, KeepAlive, Malformed, TooLarge }
public readonly record struct SipFrame(SipFrameKind Kind, int Length, bool Ping);

/// <summary>A keyed, counter-driven source (SipHash-2-4): unpredictable with a random key, repeatable with a seed. Thread-safe, lock-free.</summary>
public sealed class SipRandom
{
    public static SipRandom CreateSecure() => throw new NotImplementedException();
    public static SipRandom FromSeed(ulong seed) => throw new NotImplementedException();
    public ulong Next() => throw new NotImplementedException();
    /// <summary>0 to exclusive limit.</summary>
    public int Next(int limit) => throw new NotImplementedException();
    /// <summary>Lower-case hex digits, for tags and branches.</summary>
    public void FillToken(Span<byte> destination) => throw new NotImplementedException();
    /// <summary>A keyed hash of bytes: hash tables that a sender cannot flood, stateless branches.</summary>
    public ulong Hash(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}

public static class SipText
{
    public static SipMethod ParseMethod(ReadOnlySpan<byte> text) => throw new NotImplementedException();
    public static ReadOnlySpan<byte> Method(SipMethod method) => throw new NotImplementedException();
    public static ReadOnlySpan<byte> Header(SipHeaderName name) => throw new NotImplementedException();
    public static ReadOnlySpan<byte> Reason(int statusCode) => throw new NotImplementedException();
    /// <summary>ASCII case-insensitive equality, vectorised.</summary>
    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => throw new NotImplementedException();
}

/// <summary>What RFC 3261 16.3 step 1 and 8.2 let a proxy refuse before it looks further: the verdict on a parsed message.</summary>
public static class SipScreening
{
    /// <summary>Ok, Reject with status and reason, or Drop (responses and ACKs that are no good).</summary>
    public static SipParseResult Screen(SipMessage message) => throw new NotImplementedException();
}
