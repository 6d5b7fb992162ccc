using System.Net;
using System.Text;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>What a query asks of the legs of a dialog.</summary>
internal sealed class LegFilter
{
    private readonly byte[]? _tag;
    private readonly SipEndPoint? _address;
    private readonly int? _port;
    private readonly string? _listener;

    private LegFilter(DialogQuery query)
    {
        _tag = query.Tag is null ? null : Encoding.UTF8.GetBytes(query.Tag);
        _address = query.Address is { } address ? SipEndPoint.From(address, 0) : null;
        _port = query.Port;
        _listener = query.Listener;
    }

    /// <summary>Null: it asks nothing of them.</summary>
    /// <exception cref="ArgumentException">The port is none.</exception>
    public static LegFilter? Of(DialogQuery query)
    {
        if (query.Port is < 0 or > IPEndPoint.MaxPort)
            throw new ArgumentException("DialogQuery.Port lies between 0 and 65535.", nameof(query));
        return query.Tag is null && query.Address is null && query.Listener is null ? null : new LegFilter(query);
    }

    /// <summary>Each of them holds for some leg, not for one and the same.</summary>
    public bool Matches(Dialog dialog)
    {
        var found = new Found(_tag is null, _address is null, _listener is null);
        lock (dialog.Lock)
        {
            Look(dialog.LegSet.Caller, ref found);
            if (dialog.LegSet.Callee is { } callee)
                Look(callee, ref found);
            foreach (DialogLeg other in dialog.LegSet.Others)
                Look(other, ref found);
        }

        return found is { Tag: true, Place: true, Listener: true };
    }

    private void Look(DialogLeg leg, ref Found found)
    {
        found.Tag = found.Tag || leg.TagBytes.SequenceEqual(_tag);
        ref readonly SipFlow flow = ref leg.FlowInLock;
        if (flow.Listener is not { } listener)
            return;
        found.Place = found.Place || IsThere(flow.Remote);
        found.Listener = found.Listener || listener.ToString() == _listener;
    }

    private bool IsThere(SipEndPoint remote) =>
        _address is { } address && remote.SameAddress(address) && (_port ?? remote.Port) == remote.Port;

    private struct Found(bool tag, bool place, bool listener)
    {
        public bool Tag = tag;
        public bool Place = place;
        public bool Listener = listener;
    }
}
