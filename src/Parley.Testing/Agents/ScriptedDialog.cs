using System.Globalization;
using System.Text;
using Parley.Sip;

namespace Parley.Testing;

/// <summary>A dialog as one side of a <see cref="ScriptedCall"/> knows it (RFC 3261 12). Tests may alter it to misbehave.</summary>
public sealed class ScriptedDialog
{
    private readonly Dictionary<uint, SentAck> _acks = [];

    internal ScriptedDialog(ScriptedCall call, string localTag, string remoteTag, string localUri, string remoteUri)
    {
        Call = call;
        LocalTag = localTag;
        RemoteTag = remoteTag;
        LocalUri = localUri;
        RemoteUri = remoteUri;
    }

    /// <summary>The call it belongs to.</summary>
    public ScriptedCall Call { get; }

    /// <summary>This side's tag.</summary>
    public string LocalTag { get; }

    /// <summary>The far side's tag.</summary>
    public string RemoteTag { get; }

    /// <summary>This side's URI, as From or To has it.</summary>
    public string LocalUri { get; }

    /// <summary>The far side's URI, as From or To has it.</summary>
    public string RemoteUri { get; }

    /// <summary>Where the far side is reached: its Contact.</summary>
    public string RemoteTarget { get; set; } = "";

    /// <summary>The routes to the far side, first hop first, as Route has them ("&lt;sip:10.0.0.9;lr>").</summary>
    public IReadOnlyList<string> RouteSet { get; set; } = [];

    /// <summary>The CSeq of the last request of this side.</summary>
    public uint LocalCSeq { get; set; }

    /// <summary>The CSeq of the last request of the far side; 0 when there was none.</summary>
    public uint RemoteCSeq { get; set; }

    /// <summary>True once a 2xx has made it more than early.</summary>
    public bool IsConfirmed { get; internal set; }

    /// <summary>True after BYE, in either direction.</summary>
    public bool IsEnded { get; internal set; }

    internal bool IsEnding { get; set; }

    internal long RemoteRSeq { get; set; } = -1;

    internal bool HasLocalInvite { get; set; }

    /// <summary>The 2xx of an INVITE that waits for its ACK.</summary>
    internal PendingAnswer? Pending { get; set; }

    internal (string, string, string) Key => (Call.CallId, LocalTag, RemoteTag);

    internal uint LastAcknowledged { get; set; }

    internal SentAck? AckOf(uint cseq) => _acks.GetValueOrDefault(cseq);

    internal void KeepAck(uint cseq, SentAck ack) => _acks[cseq] = ack;

    /// <summary>Builds a request in the dialog (12.2.1.1): loose routes before the remote target, or a strict one in its place.</summary>
    internal OutgoingMessage NewRequest(string method, uint cseq)
    {
        string requestUri = RemoteTarget;
        var routes = new List<string>(RouteSet);
        if (routes.Count > 0 && StrictUri(routes[0]) is { } strict)
        {
            requestUri = strict;
            routes.RemoveAt(0);
            routes.Add($"<{RemoteTarget}>");
        }
        var request = new OutgoingMessage(method, requestUri);
        request
            .Add("Max-Forwards", "70")
            .Add("From", $"<{LocalUri}>;tag={LocalTag}")
            .Add("To", RemoteTag.Length == 0 ? $"<{RemoteUri}>" : $"<{RemoteUri}>;tag={RemoteTag}")
            .Add("Call-ID", Call.CallId)
            .Add("CSeq", string.Create(CultureInfo.InvariantCulture, $"{cseq} {method}"));
        foreach (string route in routes)
            request.Add("Route", route);
        if (method is not ("ACK" or "BYE" or "PRACK" or "CANCEL"))
            request.Add("Contact", $"<{Call.Agent.Contact}>");
        return request;
    }

    /// <summary>The URI of a route without lr; null for a loose one.</summary>
    private static string? StrictUri(string route) =>
        NameAddrView.TryParse(Encoding.UTF8.GetBytes(route), out NameAddrView address) && !address.Uri.IsLoose
            ? ReceivedMessage.Text(address.UriText)
            : null;
}
