using System.Text;
using Parley.Server.Configuration;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Server.Messages;

/// <summary>Which messages the log of messages writes: those of one of the Call-IDs, users or addresses named; all when none is. Immutable.</summary>
internal sealed class MessageFilter(MessageSelection selection)
{
    private readonly byte[][] _callIds = [.. selection.CallIds.Select(Encoding.UTF8.GetBytes)];
    private readonly byte[][] _users = [.. selection.Users.Select(Encoding.UTF8.GetBytes)];
    private readonly System.Net.IPNetwork[] _addresses = [.. selection.Addresses];

    public bool Takes(in SipFlow flow, ReadOnlySpan<byte> message)
    {
        if (_callIds.Length == 0 && _users.Length == 0 && _addresses.Length == 0)
            return true;
        if (IsOfAddress(flow.Remote))
            return true;
        return (_callIds.Length > 0 || _users.Length > 0) && SipMessage.TryParse(message, out var parsed) && IsOf(parsed);
    }

    private bool IsOfAddress(SipEndPoint remote)
    {
        if (_addresses.Length == 0)
            return false;
        var address = remote.ToIPAddress();
        foreach (var network in _addresses)
        {
            if (network.Contains(address))
                return true;
        }
        return false;
    }

    private bool IsOf(SipMessage message)
    {
        foreach (var callId in _callIds)
        {
            if (message.CallId.SequenceEqual(callId))
                return true;
        }
        if (_users.Length == 0)
            return false;
        if (IsUser(message.From.Uri) || IsUser(message.To.Uri))
            return true;
        return message.IsRequest && SipUriView.TryParse(message.RequestUri, out var uri) && IsUser(uri);
    }

    private bool IsUser(SipUriView uri)
    {
        foreach (var user in _users)
        {
            if (uri.IsValid && uri.User.SequenceEqual(user))
                return true;
        }
        return false;
    }
}
