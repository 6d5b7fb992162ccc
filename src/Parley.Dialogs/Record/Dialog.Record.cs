using System.Buffers;
using System.Text;
using Parley.Transport;

namespace Parley.Dialogs;

public sealed partial class Dialog
{
    /// <summary>The dialog as a row, at this instant. Allocates: for who reads the feed.</summary>
    internal DialogRecord ToRecord()
    {
        var values = new ArrayBufferWriter<byte>();
        var profiles = new ArrayBufferWriter<byte>();
        ValueStore.WriteText(values);
        Module.Profiles.WriteText(ref ProfileChain, Id, profiles);
        lock (Gate)
        {
            PackedLeg caller = _caller.Packed,
                callee = _callee?.Packed ?? PackedLeg.Empty;
            var texts = new DialogRecordTexts
            {
                CallId = CallIdBytes,
                FromUri = FromUriBytes,
                FromTag = caller.Tag,
                ToUri = ToUriBytes,
                ToTag = callee.Tag,
                CallerRouteSet = RouteText(caller),
                CalleeRouteSet = RouteText(callee),
                CallerContact = caller.Contact,
                CalleeContact = callee.Contact,
                CallerSocket = SocketText(_caller.FlowInLock.Listener),
                CalleeSocket = SocketText(_callee?.FlowInLock.Listener),
                Values = values.WrittenSpan,
                Profiles = profiles.WrittenSpan,
            };
            long due = _lifetimeDue == Never ? _lifetime : Math.Max(0, _lifetimeDue - Module.Now);
            return new DialogRecord(Id, in texts)
            {
                State = _state,
                CallerCSeq = _callee?.HighestFrom ?? 0,
                CalleeCSeq = _callee?.CSeq ?? 0,
                CallerPingCSeq = _caller.GeneratedCSeq,
                CalleePingCSeq = _callee?.GeneratedCSeq ?? 0,
                StartTime = _startTime / 1000,
                Timeout = (Module.UnixMilliseconds + due + 999) / 1000, // wall clock, not ticks: it is read by another process
                UserFlags = Volatile.Read(ref UserFlagBits),
                Flags = (uint)Flags | (uint)(_flags & InternalFlags.Stored),
            };
        }
    }

    private static byte[] RouteText(PackedLeg leg)
    {
        if (leg.RouteCount == 0)
            return [];
        var text = new ArrayBufferWriter<byte>();
        foreach (ReadOnlySpan<byte> route in leg.Routes)
        {
            text.Write(text.WrittenCount == 0 ? "<"u8 : ",<"u8);
            text.Write(route);
            text.Write(">"u8);
        }

        return text.WrittenSpan.ToArray();
    }

    /// <summary>A listener as the table has it: <c>proto:ip:port</c>.</summary>
    internal static byte[] SocketText(SipListener? listener)
    {
        if (listener is null)
            return [];
        Span<byte> address = stackalloc byte[SipEndPoint.MaxAddressLength];
        string host = Encoding.ASCII.GetString(address[..listener.Local.FormatAddress(address, brackets: true)]);
        return Encoding.ASCII.GetBytes($"{Encoding.ASCII.GetString(listener.UriTransport)}:{host}:{listener.Local.Port}");
    }
}
