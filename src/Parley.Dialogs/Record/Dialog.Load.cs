using System.Buffers;
using System.Buffers.Binary;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

public sealed partial class Dialog
{
    /// <summary>A dialog as a row had it; not in the table yet, no timer runs. Its legs know their listener but no far end: the next request of each side brings it.</summary>
    internal static Dialog FromRecord(DialogModule module, DialogRecord record, SipListener? caller, SipListener? callee)
    {
        var dialog = new Dialog(
            module,
            record.Id,
            record[DialogColumn.CallId],
            record[DialogColumn.FromUri],
            record[DialogColumn.ToUri],
            (DialogFlags)record.Flags & AllFlags
        );
        dialog.Restore(record);
        if (caller is not null)
            dialog._caller.Flow = new SipFlow(caller, default);
        if (callee is not null)
            dialog._callee!.Flow = new SipFlow(callee, default);
        return dialog;
    }

    private const DialogFlags AllFlags =
        DialogFlags.ByeOnTimeout
        | DialogFlags.OptionsPingCaller
        | DialogFlags.OptionsPingCallee
        | DialogFlags.ReinvitePingCaller
        | DialogFlags.ReinvitePingCallee
        | DialogFlags.EndOnRaceCondition
        | DialogFlags.AutoPrack
        | DialogFlags.EndOnPrackFailure;

    /// <summary>Into the table, its clocks running; false when its id is there already.</summary>
    internal bool BeginRestored()
    {
        lock (Gate)
        {
            if (!Stripe.TryAdd(this))
                return false;
            Arm();
            ResumePings();
            return true;
        }
    }

    private void Restore(DialogRecord record)
    {
        _flags = ((InternalFlags)record.Flags & InternalFlags.Stored) | InternalFlags.CreatedRun;
        _state = record.State;
        RestoreLeg(_caller, record[DialogColumn.FromTag], record[DialogColumn.CallerContact], record[DialogColumn.CallerRouteSet]);
        _caller.Numbers = LegCSeq.FromStore(record.CallerCSeq, record.CallerPingCSeq);
        _callee = new DialogLeg(this, 0) { IsAnswered = true, HighestFrom = record.CallerCSeq };
        _callee.Numbers = LegCSeq.FromStore(record.CalleeCSeq, record.CalleePingCSeq);
        RestoreLeg(_callee, record[DialogColumn.ToTag], record[DialogColumn.CalleeContact], record[DialogColumn.CalleeRouteSet]);
        _startTime = record.StartTime * 1000;
        long now = Module.UnixMilliseconds;
        // A row without a deadline, or with one that was never true, gets a whole lifetime: better counted too long than cut.
        long left = record.Timeout > record.StartTime && record.Timeout > 0 ? (record.Timeout * 1000) - now : _lifetime;
        _lifetime = Math.Max(_lifetime, left);
        _lifetimeDue = Module.Now + Math.Max(0, left);
        long noAck = (long)Module.Options.NoAckTimeout.TotalMilliseconds;
        if (_state == DialogState.ConfirmedNoAck && noAck > 0)
            _stateDue = Module.Now + noAck;
        UserFlagBits = record.UserFlags;
        ValueStore.ReadText(record[DialogColumn.Values]);
        Module.Profiles.ReadText(ref ProfileChain, Id, record[DialogColumn.Profiles], isReplicated: false);
    }

    private static void RestoreLeg(DialogLeg leg, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> contact, ReadOnlySpan<byte> routes)
    {
        // Route sets are name-addrs joined by commas: between '<' and '>' stands the URI.
        var packed = new ArrayBufferWriter<byte>(routes.Length + 16);
        int count = 0;
        while (
            count < PackedLeg.MaxRoutes
            && routes.IndexOf((byte)'<') is >= 0 and int start
            && routes[start..].IndexOf((byte)'>') is > 0 and int length
        )
        {
            ReadOnlySpan<byte> uri = routes.Slice(start + 1, length - 1);
            routes = routes[(start + length + 1)..];
            if (uri.Length > ushort.MaxValue || !SipUriView.TryParse(uri, out _))
                continue;
            BinaryPrimitives.WriteUInt16LittleEndian(packed.GetSpan(2), (ushort)uri.Length);
            packed.Advance(2);
            packed.Write(uri);
            count++;
        }

        leg.Packed = PackedLeg.Build(default, tag, contact, count, packed.WrittenSpan);
    }
}
