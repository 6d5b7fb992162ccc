using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>Reads <see cref="DialogColumn.Details"/> into a dialog that is not in the table yet. What the columns of the row say goes before.</summary>
internal static class DialogDetailsReader
{
    /// <summary>False, and what was read stays, when it is no JSON of a version that is known.</summary>
    /// <param name="dialog">Made of the row's columns.</param>
    /// <param name="details">The details; empty: true, and nothing changes.</param>
    /// <param name="sockets">Finds listeners by socket; null where there is none.</param>
    public static bool TryRead(Dialog dialog, ReadOnlySpan<byte> details, Func<byte[], SipListener?> sockets)
    {
        if (details.IsEmpty)
            return true;
        try
        {
            using JsonDocument document = JsonDocument.Parse(details.ToArray());
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Number(root, "v") != DialogDetails.Version)
                return false;
            ReadLegs(dialog, root, sockets);
            ReadLife(dialog, root);
            return true;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            return false; // changed by hand
        }
    }

    private static void ReadLife(Dialog dialog, JsonElement root)
    {
        CallTrack? track = null;
        if (root.TryGetProperty("record", out JsonElement record))
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(record.GetRawText()));
            reader.Read();
            track = CallTrackJson.Read(ref reader);
        }

        var life = new DialogLifeDetails
        {
            StartTime = Number(root, "start"),
            Lifetime = Number(root, "lifetime"),
            LifetimeDue = Number(root, "due"),
            StateDue = Number(root, "state_due"),
            AckDue = Number(root, "ack_due"),
            DeleteDelay = (int)Math.Min(int.MaxValue, Number(root, "delete_delay")),
            Flags = (InternalFlags)Number(root, "flags"),
            Reason = root.TryGetProperty("reason", out JsonElement reason) ? reason.GetString() : null,
        };
        dialog.RestoreDetails(in life, Number(root, "created"), track);
        if (root.TryGetProperty("ping", out JsonElement ping) && ping.ValueKind == JsonValueKind.Object)
            dialog.RestorePings(
                (int)Math.Min(int.MaxValue, Number(ping, "options")),
                (int)Math.Min(int.MaxValue, Number(ping, "reinvite")),
                IsTrue(ping, "caller_answers"),
                IsTrue(ping, "callee_answers")
            );
    }

    private static void ReadLegs(Dialog dialog, JsonElement root, Func<byte[], SipListener?> sockets)
    {
        if (!root.TryGetProperty("legs", out JsonElement legs) || legs.ValueKind != JsonValueKind.Array)
            return;
        var others = new List<DialogLeg>();
        DialogLeg? callee = dialog.Callee;
        int at = 0;
        foreach (JsonElement json in legs.EnumerateArray())
        {
            byte[] tag = Bytes(json, "tag");
            int branch = (int)Math.Clamp(Number(json, "branch"), -1, short.MaxValue);
            if (branch < 0)
            {
                if (dialog.Caller.TagBytes.SequenceEqual(tag))
                    ReadLeg(dialog.Caller, json, sockets, isInColumns: true);
            }
            else if (at == 1)
            {
                // The columns know the winning callee's tag, but not its branch.
                if (callee is not null && callee.TagBytes.SequenceEqual(tag))
                    dialog.LegSet.Restore(ReadLeg(Copy(dialog, callee, branch), json, sockets, isInColumns: true));
            }
            else if (others.Count < LegSet.MaxLegs)
            {
                others.Add(ReadLeg(new DialogLeg(dialog, branch), json, sockets, isInColumns: false));
            }

            at++;
        }

        dialog.LegSet.Restore((uint)Number(root, "invite"), [.. others]);
    }

    private static DialogLeg Copy(Dialog dialog, DialogLeg leg, int branch) =>
        new(dialog, branch)
        {
            IsAnswered = leg.IsAnswered,
            IsAcknowledged = leg.IsAcknowledged,
            Packed = leg.Packed,
            Numbers = leg.Numbers,
            Flow = leg.FlowInLock,
            Counts = leg.Counts,
        };

    private static DialogLeg ReadLeg(DialogLeg leg, JsonElement json, Func<byte[], SipListener?> sockets, bool isInColumns)
    {
        byte[] raw = Bytes(json, "raw_contact");
        if (raw.Length > 0)
            leg.Packed = PackedLeg.Build(leg.Packed, leg.Packed.Tag, raw, leg.Packed.RouteCount, leg.Packed.PackedRoutes, isRaw: true);
        if (!isInColumns)
        {
            ReadOnlySpan<byte> routes = Routes(json, out int count);
            ReadOnlySpan<byte> contact = raw.Length > 0 ? raw : Bytes(json, "contact");
            leg.Packed = PackedLeg.Build(default, Bytes(json, "tag"), contact, count, routes, isRaw: raw.Length > 0);
            leg.IsAnswered = IsTrue(json, "answered");
        }

        leg.IsSettled = IsTrue(json, "settled");
        leg.IsOver = IsTrue(json, "over");
        leg.IsAcknowledged = !IsTrue(json, "unacked") && (leg.IsAcknowledged || (!isInColumns && leg.IsAnswered));
        ReadNumbers(leg, json, isInColumns);
        leg.Sdp = Sdp(json, "sdp");
        if (!leg.IsCaller && json.TryGetProperty("pending", out JsonElement pending) && pending.ValueKind == JsonValueKind.Object)
            leg.Exchange = Pending(pending);
        if (json.TryGetProperty("flow", out JsonElement flow) && flow.ValueKind == JsonValueKind.Object)
            ReadFlow(leg, flow, sockets);
        return leg;
    }

    private static byte[]? Sdp(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement sdp) && sdp.ValueKind == JsonValueKind.Object
            ? SdpBody.Of(Bytes(sdp, "type"), Bytes(sdp, "body"))
            : null;

    /// <summary>Null when nothing that can be negotiated is in it.</summary>
    private static SdpExchange? Pending(JsonElement json)
    {
        var to = (DialogDirection)Number(json, "to");
        var pending = new SdpPending(
            new SdpOrigin((SipMethod)Number(json, "method"), (uint)Number(json, "cseq"), (DialogDirection)Number(json, "direction")),
            to,
            IsTrue(json, "awaits_ack"),
            Sdp(json, "caller"),
            Sdp(json, "callee"),
            Sdp(json, "preview")
        );
        byte[]? offer = to == DialogDirection.Downstream ? pending.OfCaller : pending.OfCallee;
        return to is not (DialogDirection.Downstream or DialogDirection.Upstream) || offer is null
            ? null
            : SdpExchange.FromStore(in pending);
    }

    private static void ReadNumbers(DialogLeg leg, JsonElement json, bool isInColumns)
    {
        if (!json.TryGetProperty("cseq", out JsonElement cseq) || cseq.ValueKind != JsonValueKind.Array || cseq.GetArrayLength() < 9)
            return;
        uint At(int i) => cseq[i].GetUInt32();

        // A row that only its numbers were written of has newer ones in the columns.
        uint highest =
            !isInColumns ? At(0)
            : leg.IsCaller ? Math.Max(leg.Numbers.Highest, At(0))
            : leg.Numbers.Highest;
        uint generated = isInColumns ? leg.Numbers.Generated : At(2);
        var invites = new List<ulong>();
        if (json.TryGetProperty("renumbered", out JsonElement pairs) && pairs.ValueKind == JsonValueKind.Array)
        {
            for (int i = 0; i + 1 < pairs.GetArrayLength(); i += 2)
                invites.Add(((ulong)pairs[i].GetUInt32() << 32) | pairs[i + 1].GetUInt32());
        }

        uint highestFrom = isInColumns && !leg.IsCaller ? leg.HighestFrom : At(7);
        leg.Numbers = LegCSeq.FromStore(highest, highest == At(0) ? (SipMethod)At(1) : SipMethod.Other, generated, [.. invites]);
        leg.Counts = new LegCounts(At(3), At(4), At(5), At(6), highestFrom, highestFrom == At(7) ? (SipMethod)At(8) : SipMethod.Other);
    }

    /// <summary>A stream's connection is gone: the leg knows where it was, and has no flow (<see cref="DialogLeg.IsWithoutFlow"/>) until its party comes by another.</summary>
    private static void ReadFlow(DialogLeg leg, JsonElement json, Func<byte[], SipListener?> sockets)
    {
        SipListener? listener = leg.FlowInLock.Listener ?? sockets(Bytes(json, "socket"));
        if (listener is null)
            return;
        if (
            !SipEndPoint.TryParseHost(
                Bytes(json, "host"),
                (int)Math.Clamp(Number(json, "port"), 0, ushort.MaxValue),
                out SipEndPoint remote
            )
        )
            remote = default;
        leg.Flow = new SipFlow(listener, remote);
    }

    private static ReadOnlySpan<byte> Routes(JsonElement json, out int count)
    {
        count = 0;
        var packed = new ArrayBufferWriter<byte>();
        if (!json.TryGetProperty("routes", out JsonElement routes) || routes.ValueKind != JsonValueKind.Array)
            return default;
        foreach (JsonElement route in routes.EnumerateArray())
        {
            byte[] uri = Bytes(route);
            if (count == PackedLeg.MaxRoutes || uri.Length > ushort.MaxValue || !SipUriView.TryParse(uri, out _))
                continue;
            BinaryPrimitives.WriteUInt16LittleEndian(packed.GetSpan(2), (ushort)uri.Length);
            packed.Advance(2);
            packed.Write(uri);
            count++;
        }

        return packed.WrittenSpan;
    }

    private static byte[] Bytes(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? Bytes(value) : [];

    private static byte[] Bytes(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => Encoding.UTF8.GetBytes(value.GetString()!),
            JsonValueKind.Object when value.TryGetProperty("b64", out JsonElement bytes) => bytes.GetBytesFromBase64(),
            _ => [],
        };

    private static long Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;

    private static bool IsTrue(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;
}
