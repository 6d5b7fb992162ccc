using System.Diagnostics;
using System.Globalization;
using System.Text;
using Parley.Dialogs;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Management;

/// <summary>The attributes of spans, named as OpenSIPS 4.0 names them in its convention for SIP spans, which follows OpenTelemetry's for HTTP.</summary>
internal static class CallAttributes
{
    private const int Longest = 1024;

    public static void Add(Activity call, Dialog dialog, SipContext context)
    {
        SipMessage invite = context.Request;
        Protocol(call);
        call.SetTag("sip.request.method", "INVITE");
        call.SetTag("sip.call_id", dialog.CallId);
        call.SetTag("sip.dialog.id", dialog.Id.ToString());
        call.SetTag("sip.cseq", string.Create(CultureInfo.InvariantCulture, $"{invite.CSeqNumber} INVITE"));
        call.SetTag("sip.from.uri", dialog.FromUri);
        call.SetTag("sip.to.uri", dialog.ToUri);
        Uri(call, invite.RequestUri);
        if (invite.TryGetHeader("User-Agent"u8, out ReadOnlySpan<byte> agent))
            call.SetTag("user_agent.original", Text(agent));
        Flow(call, context.Source);
        call.SetTag("network.local.address", context.Source.Listener.Local.ToIPEndPoint().Address.ToString());
        call.SetTag("network.local.port", (int)context.Source.Listener.Local.Port);
    }

    public static void Protocol(Activity span)
    {
        span.SetTag("network.protocol.name", "sip");
        span.SetTag("network.protocol.version", "2.0");
    }

    public static void Uri(Activity span, ReadOnlySpan<byte> uri)
    {
        string text = Text(uri);
        span.SetTag("sip.request.uri", text);
        span.SetTag("url.full", text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0)
            span.SetTag("url.scheme", text[..colon].ToLowerInvariant());
        if (!SipUri.TryParse(uri, out SipUri? parsed) || parsed.Host.Length == 0)
            return;
        span.SetTag("server.address", parsed.Host);
        if (parsed.Port > 0)
            span.SetTag("server.port", parsed.Port);
    }

    /// <summary>The far end.</summary>
    public static void Flow(Activity span, in SipFlow flow)
    {
        if (flow.Listener is null)
            return;
        var remote = flow.Remote.ToIPEndPoint();
        span.SetTag("network.transport", flow.Listener.Protocol.ToString().ToLowerInvariant());
        span.SetTag("network.peer.address", remote.Address.ToString());
        span.SetTag("network.peer.port", remote.Port);
    }

    public static void Status(Activity span, int statusCode, SipMessage? reply)
    {
        if (statusCode == 0)
            return;
        span.SetTag("sip.response.status_code", statusCode);
        if (reply is { ReasonPhrase.IsEmpty: false })
            span.SetTag("sip.response.reason", Text(reply.ReasonPhrase));
    }

    /// <summary>As for HTTP servers: the far end's refusal is no error of this element's, a 5xx is.</summary>
    public static void Outcome(Activity span, int statusCode)
    {
        if (statusCode < 500 || statusCode >= 600)
            return;
        span.SetStatus(ActivityStatusCode.Error);
        span.SetTag("error.type", statusCode.ToString(CultureInfo.InvariantCulture));
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes.Length > Longest ? bytes[..Longest] : bytes);
}
