using System.Globalization;
using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>A message that a <see cref="ScriptedUserAgent"/> received, kept.</summary>
public sealed class ReceivedMessage
{
    private readonly byte[] _bytes;

    internal ReceivedMessage(SipMessage message, in SipFlow source, TimeSpan time)
    {
        _bytes = message.Bytes.ToArray();
        Source = source;
        Time = time;
        IsRequest = message.IsRequest;
        StatusCode = IsRequest ? 0 : message.StatusCode;
        Method = Text(IsRequest ? message.MethodText : message.CSeqMethodText);
        CallId = Text(message.CallId);
        FromTag = Text(message.FromTag);
        ToTag = Text(message.ToTag);
        CSeq = message.CSeqNumber;
        if (message.TryGetTopVia(out ViaView via))
        {
            Branch = Text(via.Branch);
            SentBy = Text(via.SentBy);
        }
    }

    /// <summary>The message parsed, over a copy of its bytes.</summary>
    public SipMessage Message =>
        field ??= SipMessage.TryParse(_bytes, out SipMessage? message)
            ? message
            : throw new InvalidOperationException("It was parsed before.");

    /// <summary>The way it came.</summary>
    public SipFlow Source { get; }

    /// <summary>When, since the agent was made.</summary>
    public TimeSpan Time { get; }

    /// <summary>True for a request.</summary>
    public bool IsRequest { get; }

    /// <summary>The request's method; of a response the one in its CSeq.</summary>
    public string Method { get; }

    /// <summary>A response's status; 0 in a request.</summary>
    public int StatusCode { get; }

    /// <summary>The Call-ID.</summary>
    public string CallId { get; }

    /// <summary>The From tag; empty when there is none.</summary>
    public string FromTag { get; }

    /// <summary>The To tag; empty when there is none.</summary>
    public string ToTag { get; }

    /// <summary>The CSeq number.</summary>
    public uint CSeq { get; }

    /// <summary>The top Via's branch.</summary>
    public string Branch { get; } = "";

    /// <summary>The top Via's sent-by.</summary>
    public string SentBy { get; } = "";

    /// <summary>The request-URI; empty in a response.</summary>
    public string RequestUri => IsRequest ? Text(Message.RequestUri) : "";

    /// <summary>The body as text.</summary>
    public string Body => Text(Message.Body);

    /// <summary>"INVITE" or "200 INVITE".</summary>
    public string Label => IsRequest ? Method : string.Create(CultureInfo.InvariantCulture, $"{StatusCode} {Method}");

    /// <summary>The message as text.</summary>
    public override string ToString() => Text(_bytes);

    /// <summary>The first value line of a header; null when there is none.</summary>
    /// <param name="name">The header's full name, in any case.</param>
    public string? Header(string name) =>
        Message.TryGetHeader(Encoding.ASCII.GetBytes(name), out ReadOnlySpan<byte> value) ? Text(value) : null;

    /// <summary>All value lines of a header, in order; a line with commas is one.</summary>
    /// <param name="name">The header.</param>
    public IReadOnlyList<string> Lines(SipHeaderName name)
    {
        var lines = new List<string>();
        for (int i = Message.IndexOf(name); i >= 0; i = Message.IndexOf(name, i + 1))
            lines.Add(Text(Message.ValueOf(Message.HeaderAt(i))));
        return lines;
    }

    /// <summary>True when a header lists a token, such as Supported "100rel".</summary>
    /// <param name="name">The header.</param>
    /// <param name="token">The token.</param>
    public bool Lists(SipHeaderName name, string token) => Message.Tokens(name).Contains(Encoding.ASCII.GetBytes(token));

    /// <summary>The Record-Route values, top first.</summary>
    internal List<string> RecordRoutes()
    {
        var routes = new List<string>();
        foreach (NameAddrView route in Message.RecordRoutes)
            routes.Add(Text(route.Text));
        return routes;
    }

    /// <summary>The URI of the first Contact; null when there is none, or a star.</summary>
    internal string? ContactUri() =>
        Message.Contacts.TryGetFirst(out NameAddrView contact) && !contact.IsStar ? Text(contact.UriText) : null;

    internal static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
