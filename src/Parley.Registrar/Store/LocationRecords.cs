using System.Diagnostics.CodeAnalysis;
using System.Text;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Registrar;

/// <summary>Bindings as rows and back. Rows have wall clock, bindings the table's milliseconds, so each reading and writing takes both clocks at one moment.</summary>
internal sealed class LocationRecords(LocationTable table, IReadOnlyList<SipListener> listeners, TimeProvider time, string? defaultDomain)
{
    // Most rows name one of a few listeners and one of a few models of phones.
    private const int MostShared = 4_096;

    private readonly Dictionary<string, SipListener?> _sockets = [];
    private readonly Dictionary<string, string> _shared = [];
    private readonly byte[]? _defaultDomain = defaultDomain is null ? null : Encoding.UTF8.GetBytes("@" + defaultDomain);

    /// <summary>The row of a binding as it is now.</summary>
    public LocationRecord Of(AddressOfRecord address, Binding binding)
    {
        (long now, DateTimeOffset wall) = (table.Now, time.GetUtcNow());
        return new LocationRecord
        {
            ContactId = binding.ContactId,
            Address = address.Bytes.Contains((byte)'@') ? address.Memory : (byte[])[(byte)'@', .. address.Bytes],
            Contact = binding.Contact.Bytes.ToArray(),
            Expires = binding.ExpiresAt == long.MaxValue ? null : Later(wall, binding.ExpiresAt - now),
            LastModified = Later(wall, binding.RegisteredAt - now),
            Q = binding.Q,
            CallId = binding.CallId,
            CSeq = binding.CSeq,
            Path = binding.Path,
            Received = binding.Flow is { } flow ? LocationSockets.UriOf(flow) : null,
            Socket = binding.Flow is { } at ? LocationSockets.TextOf(at.Listener) : null,
            FlowUse = binding.FlowUse,
            InstanceId = binding.InstanceId,
            RegId = binding.RegId,
            UserAgent = binding.UserAgent,
        };
    }

    /// <summary>Whether the row's time has run out.</summary>
    public bool HasExpired(LocationRecord record) => record.Expires is { } expires && expires <= time.GetUtcNow();

    /// <summary>Whose row it is; false when that is no address.</summary>
    public bool TryReadAddress(LocationRecord record, [NotNullWhen(true)] out AddressOfRecord? address)
    {
        ReadOnlyMemory<byte> text = record.Address;
        address = null;
        if (!text.Span.Contains((byte)'@'))
        {
            if (_defaultDomain is null)
                return false;
            text = (byte[])[.. text.Span, .. _defaultDomain];
        }
        return AddressOfRecord.TryRead(text.Span, table.Options, out address);
    }

    /// <summary>The binding of a row; false when the row has no URI to call.</summary>
    public bool TryRead(LocationRecord record, [NotNullWhen(true)] out Binding? binding)
    {
        binding = null;
        if (!SipUri.TryParse(record.Contact.Span, out SipUri? contact) || UncallableAddress.IsUncallable(contact.View))
            return false;
        foreach (byte[] hop in record.Path)
        {
            if (!NameAddrView.TryParse(hop, out NameAddrView value) || !value.Uri.IsValid)
                return false;
        }
        (long now, DateTimeOffset wall) = (table.Now, time.GetUtcNow());
        binding = new Binding(
            record.ContactId,
            contact,
            record.Q is >= 0 and <= 1000 ? record.Q : 1000,
            // A clock that was set back must not make it newer than what registers from now on.
            Math.Min(now, now + Between(wall, record.LastModified)),
            record.Expires is { } expires ? now + Between(wall, expires) : long.MaxValue,
            record.CallId,
            record.CSeq,
            record.Path,
            FlowOf(record),
            record.FlowUse,
            record.InstanceId,
            record.RegId,
            Share(record.UserAgent)
        );
        return true;
    }

    // A datagram's flow is an address pair, which outlives the process. A connection does not; its far end stays to be shown.
    private SipFlow? FlowOf(LocationRecord record)
    {
        if (record.Received is null || !LocationSockets.TryRead(record.Received, out SipEndPoint remote, out SipProtocol protocol))
            return null;
        SipListener? listener = record.Socket is null ? LocationSockets.Find(protocol, remote, listeners) : ListenerOf(record.Socket);
        if (listener is null)
            return null;
        return new SipFlow(listener, remote, listener.Protocol == SipProtocol.Udp ? 0 : Binding.GoneConnection);
    }

    private SipListener? ListenerOf(string socket)
    {
        if (!_sockets.TryGetValue(socket, out SipListener? listener))
        {
            listener = LocationSockets.Find(socket, listeners);
            if (_sockets.Count < MostShared)
                _sockets.Add(socket, listener);
        }
        return listener;
    }

    private string? Share(string? text)
    {
        if (text is null || _shared.TryGetValue(text, out string? known))
            return text is null ? null : _shared[text];
        if (_shared.Count < MostShared)
            _shared.Add(text, text);
        return text;
    }

    private static long Between(DateTimeOffset from, DateTimeOffset to) => (long)(to - from).TotalMilliseconds;

    private static DateTimeOffset Later(DateTimeOffset wall, long milliseconds)
    {
        double most = (DateTimeOffset.MaxValue - wall).TotalMilliseconds;
        return milliseconds >= most ? DateTimeOffset.MaxValue : wall.AddMilliseconds(milliseconds);
    }
}
