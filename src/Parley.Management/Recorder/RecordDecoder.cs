using System.Text;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Management;

/// <summary>Makes entries of records. Nothing leaves it that is not blanked.</summary>
internal sealed class RecordDecoder(SecretBlanker blanker)
{
    /// <summary>The entry of a record.</summary>
    /// <param name="header">The head.</param>
    /// <param name="payload">A copy of its own, which the entry keeps.</param>
    public RecordedEntry Entry(in RecordHeader header, byte[] payload)
    {
        var at = new DateTimeOffset(Math.Clamp(header.Ticks, 0, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);
        if (header.Kind != RecordKind.Step)
            return Message(header, payload, at);
        int callId = Math.Clamp(header.CallIdLength, 0, payload.Length);
        return StepTexts.Of(
            at,
            (header.Flags & RecordHeader.DialogFlag) != 0 ? header.Dialog : null,
            (CallStep)header.Step,
            header.Number,
            header.Further,
            Encoding.UTF8.GetString(payload.AsSpan(callId))
        );
    }

    private RecordedMessage Message(in RecordHeader header, byte[] payload, DateTimeOffset at)
    {
        blanker.Blanken(payload);
        bool isCut = (header.Flags & RecordHeader.CutFlag) != 0;
        bool isRead = SipMessage.TryParse(isCut ? CutMessage.Whole(payload) : payload, out SipMessage? sip);
        string cseq = "",
            branch = "";
        if (isRead && sip!.TryGetCSeq(out uint number, out ReadOnlySpan<byte> method))
            cseq = $"{number} {Encoding.UTF8.GetString(method)}";
        if (isRead && sip!.TryGetTopVia(out ViaView via))
            branch = Encoding.UTF8.GetString(via.Branch);
        return new RecordedMessage
        {
            At = at,
            IsInbound = header.Kind == RecordKind.Inbound,
            Transport = ((SipProtocol)header.Protocol).ToString().ToLowerInvariant(),
            Local = Place(header.LocalHigh, header.LocalLow, header.LocalPort, (header.Flags & RecordHeader.LocalIPv6Flag) != 0),
            Remote = Place(header.RemoteHigh, header.RemoteLow, header.RemotePort, (header.Flags & RecordHeader.RemoteIPv6Flag) != 0),
            Bytes = payload,
            IsForeign = (header.Flags & RecordHeader.ForeignFlag) != 0,
            IsCut = isCut,
            Method = isRead ? Encoding.UTF8.GetString(sip!.MethodText) : "",
            Status = isRead && !sip!.IsRequest ? sip.StatusCode : StatusOf(payload),
            CSeq = cseq,
            Branch = branch,
        };
    }

    /// <summary>Of a response that cannot be parsed.</summary>
    private static int? StatusOf(ReadOnlySpan<byte> message) =>
        message.StartsWith("SIP/2.0 "u8)
        && System.Buffers.Text.Utf8Parser.TryParse(message[8..], out int status, out int length)
        && length == 3
            ? status
            : null;

    private static string Place(ulong high, ulong low, ushort port, bool isIPv6) => new SipEndPoint(high, low, 0, port, isIPv6).ToString();
}
