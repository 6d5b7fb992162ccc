using System.Globalization;
using System.Text;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>A message before it leaves a <see cref="ScriptedUserAgent"/>: everything in it may be altered, sense or not.</summary>
public sealed class OutgoingMessage
{
    private readonly List<KeyValuePair<string, string>> _headers = [];

    /// <summary>A request.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="requestUri">Its request-URI.</param>
    public OutgoingMessage(string method, string requestUri)
    {
        Method = method;
        RequestUri = requestUri;
    }

    /// <summary>A response.</summary>
    /// <param name="statusCode">Its status.</param>
    /// <param name="reason">Its reason phrase.</param>
    /// <param name="method">The method of the request that it answers.</param>
    public OutgoingMessage(int statusCode, string reason, string method)
    {
        StatusCode = statusCode;
        Reason = reason;
        Method = method;
        RequestUri = "";
    }

    /// <summary>True for a request.</summary>
    public bool IsRequest => StatusCode == 0;

    /// <summary>The request's method; of a response the method that it answers.</summary>
    public string Method { get; }

    /// <summary>The method as the start line has it, when it shall differ.</summary>
    public string? StartLineMethod { get; set; }

    /// <summary>The request-URI; empty in a response.</summary>
    public string RequestUri { get; set; }

    /// <summary>The status; 0 in a request.</summary>
    public int StatusCode { get; }

    /// <summary>The reason phrase.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The headers in order; Content-Length is added when it is written, unless one stands here.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    /// <summary>The Content-Type of <see cref="Body"/>.</summary>
    public string ContentType { get; set; } = "application/sdp";

    /// <summary>The body; empty for none.</summary>
    public string Body { get; set; } = "";

    /// <summary>Where to send it, instead of where Route or request-URI lead; null for there.</summary>
    public SipTarget? Target { get; set; }

    /// <summary>"INVITE" or "200 INVITE".</summary>
    public string Label => IsRequest ? Method : string.Create(CultureInfo.InvariantCulture, $"{StatusCode} {Method}");

    /// <summary>The first value of a header; null when there is none.</summary>
    /// <param name="name">The header's name, in any case.</param>
    public string? this[string name]
    {
        get
        {
            int index = IndexOf(name);
            return index < 0 ? null : _headers[index].Value;
        }
        set
        {
            if (value is null)
                Remove(name);
            else
                Set(name, value);
        }
    }

    /// <summary>Adds a header after the others.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public OutgoingMessage Add(string name, string value)
    {
        _headers.Add(new(name, value));
        return this;
    }

    /// <summary>Adds a header before the others.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public OutgoingMessage Push(string name, string value)
    {
        _headers.Insert(0, new(name, value));
        return this;
    }

    /// <summary>Replaces the first header of this name, or adds one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public OutgoingMessage Set(string name, string value)
    {
        int index = IndexOf(name);
        if (index < 0)
            return Add(name, value);
        _headers[index] = new(name, value);
        return this;
    }

    /// <summary>Removes all headers of this name.</summary>
    /// <param name="name">Its name.</param>
    public OutgoingMessage Remove(string name)
    {
        _headers.RemoveAll(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        return this;
    }

    /// <summary>All values of a header, in order.</summary>
    /// <param name="name">Its name.</param>
    public IEnumerable<string> All(string name) =>
        _headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);

    /// <summary>The bytes on the wire.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder(512);
        if (IsRequest)
            text.Append(StartLineMethod ?? Method).Append(' ').Append(RequestUri).Append(" SIP/2.0\r\n");
        else
            text.Append("SIP/2.0 ").Append(StatusCode.ToString(CultureInfo.InvariantCulture)).Append(' ').Append(Reason).Append("\r\n");
        foreach ((string name, string value) in _headers)
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        if (Body.Length > 0 && IndexOf("Content-Type") < 0)
            text.Append("Content-Type: ").Append(ContentType).Append("\r\n");
        if (IndexOf("Content-Length") < 0)
            text.Append("Content-Length: ").Append(Encoding.UTF8.GetByteCount(Body).ToString(CultureInfo.InvariantCulture)).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.Append("\r\n").Append(Body).ToString());
    }

    private int IndexOf(string name) => _headers.FindIndex(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
}
