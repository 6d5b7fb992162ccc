using System.Buffers;
using System.Buffers.Binary;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>Makes rows of dialogs, and dialogs of rows.</summary>
internal static class DialogRecords
{
    private const DialogFlags AllFlags =
        DialogFlags.ByeOnTimeout
        | DialogFlags.OptionsPingCaller
        | DialogFlags.OptionsPingCallee
        | DialogFlags.ReinvitePingCaller
        | DialogFlags.ReinvitePingCallee
        | DialogFlags.EndOnRaceCondition
        | DialogFlags.AutoPrack
        | DialogFlags.EndOnPrackFailure;

    /// <summary>The dialog as a row, at this instant. Allocates: for readers of the feed.</summary>
    public static DialogRecord Of(Dialog dialog, DialogProfileTable profileTable)
    {
        var values = new ArrayBufferWriter<byte>();
        var profiles = new ArrayBufferWriter<byte>();
        dialog.ValueStore.WriteText(values);
        profileTable.WriteText(ref dialog.ProfileChain, dialog.Id, profiles);
        lock (dialog.Lock)
        {
            DialogLeg caller = dialog.Caller;
            DialogLeg? callee = dialog.Callee;
            PackedLeg callerTexts = caller.Packed,
                calleeTexts = callee?.Packed ?? PackedLeg.Empty;
            var texts = new DialogRecordTexts
            {
                CallId = dialog.CallIdBytes,
                FromUri = dialog.FromUriBytes,
                FromTag = callerTexts.Tag,
                ToUri = dialog.ToUriBytes,
                ToTag = calleeTexts.Tag,
                CallerRouteSet = RouteText(callerTexts),
                CalleeRouteSet = RouteText(calleeTexts),
                CallerContact = callerTexts.Contact,
                CalleeContact = calleeTexts.Contact,
                CallerSocket = SocketText.Of(caller.FlowInLock.Listener),
                CalleeSocket = SocketText.Of(callee?.FlowInLock.Listener),
                Values = values.WrittenSpan,
                Profiles = profiles.WrittenSpan,
                Details = DialogDetails.Write(dialog),
            };
            ref readonly DialogLife life = ref dialog.Life;
            return new DialogRecord(dialog.Id, in texts)
            {
                State = life.State,
                CallerCSeq = callee?.HighestFrom ?? 0,
                CalleeCSeq = callee?.CSeq ?? 0,
                CallerPingCSeq = caller.GeneratedCSeq,
                CalleePingCSeq = callee?.GeneratedCSeq ?? 0,
                StartTime = life.StartTime / 1000,
                // Wall clock, not ticks: it is read by another process.
                Timeout = (dialog.Runtime.UnixMilliseconds + life.UntilOver(dialog.Runtime.Now) + 999) / 1000,
                UserFlags = Volatile.Read(ref dialog.UserFlagBits),
                Flags = (uint)dialog.Flags | (uint)(life.InternalFlags & InternalFlags.Stored),
            };
        }
    }

    /// <summary>A dialog as a row had it; not in the table yet, no timer runs. Its legs know their listener and far end; over a stream the next request of each side brings its connection.</summary>
    public static Dialog Restore(
        DialogRuntime runtime,
        DialogTable table,
        DialogProfileTable profileTable,
        DialogRecord record,
        SipListener? callerListener,
        SipListener? calleeListener,
        Func<byte[], SipListener?>? sockets = null
    )
    {
        Dialog dialog = table.NewDialog(
            runtime,
            record.Id,
            record[DialogColumn.CallId],
            record[DialogColumn.FromUri],
            record[DialogColumn.ToUri],
            (DialogFlags)record.Flags & AllFlags
        );
        DialogLeg caller = dialog.Caller;
        RestoreLeg(caller, record[DialogColumn.FromTag], record[DialogColumn.CallerContact], record[DialogColumn.CallerRouteSet]);
        caller.Numbers = LegCSeq.FromStore(record.CallerCSeq, record.CallerPingCSeq);
        bool isAnswered = record.State is DialogState.ConfirmedNoAck or DialogState.Confirmed;
        var callee = new DialogLeg(dialog, 0)
        {
            IsAnswered = isAnswered,
            IsAcknowledged = record.State == DialogState.Confirmed,
            HighestFrom = record.CallerCSeq,
        };
        callee.Numbers = LegCSeq.FromStore(record.CalleeCSeq, record.CalleePingCSeq);
        RestoreLeg(callee, record[DialogColumn.ToTag], record[DialogColumn.CalleeContact], record[DialogColumn.CalleeRouteSet]);
        if (callerListener is not null)
            caller.Flow = new SipFlow(callerListener, default);
        if (calleeListener is not null)
            callee.Flow = new SipFlow(calleeListener, default);
        if (isAnswered || !record[DialogColumn.ToTag].IsEmpty)
            dialog.LegSet.Restore(callee);
        // A row without a deadline, or with one that was never true, gets a whole lifetime: better counted too long than cut.
        long? left = record.Timeout > record.StartTime && record.Timeout > 0 ? (record.Timeout * 1000) - runtime.UnixMilliseconds : null;
        dialog.Restore(record.State, (InternalFlags)record.Flags, record.StartTime * 1000, left);
        if (!DialogDetailsReader.TryRead(dialog, record[DialogColumn.Details], sockets ?? (static _ => null)))
            runtime.Log.DetailsUnreadable(dialog.Id);
        dialog.UserFlagBits = record.UserFlags;
        dialog.ValueStore.ReadText(record[DialogColumn.Values]);
        profileTable.ReadText(ref dialog.ProfileChain, dialog.Id, record[DialogColumn.Profiles], isReplicated: false);
        return dialog;
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
