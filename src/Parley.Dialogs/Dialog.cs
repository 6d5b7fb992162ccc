using System.Buffers.Binary;
using System.Text;

namespace Parley.Dialogs;

/// <summary>
/// A call: created on the initial INVITE, followed through its answers and requests to its end. Safe from any thread. A dialog that is
/// over stays readable as long as somebody holds it.
/// </summary>
public sealed partial class Dialog
{
    // Call-ID, From URI and To URI in one array: two lengths, three texts.
    private const int NamesHeader = 4;
    private readonly byte[] _names;
    private readonly long _createdAt;

    // Its place in the table, and those of its neighbours in age among the dialogs with its Call-ID, and with its Call-ID and caller's tag, if
    // any. Under the lock of the stripe.
    internal int Slot;
    internal DialogLinks CallIdLinks;
    internal DialogLinks TagLinks;

    /// <summary>Others have, or had, its Call-ID: it is found by the caller's tag too (<see cref="DialogStripe"/>).</summary>
    internal bool IsCrowded;

    /// <summary>It is in the chain of those that are over.</summary>
    internal bool IsAmongOver;

    internal Dialog(
        DialogModule module,
        DialogId id,
        ReadOnlySpan<byte> callId,
        ReadOnlySpan<byte> fromUri,
        ReadOnlySpan<byte> toUri,
        DialogFlags flags
    )
    {
        Module = module;
        Id = id;
        Stripe = module.Table.StripeOf(id.Entry);
        CallIdHash = module.Table.HashOf(callId);
        Flags = flags;
        _names = new byte[NamesHeader + callId.Length + fromUri.Length + toUri.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(_names, (ushort)callId.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(_names.AsSpan(2), (ushort)fromUri.Length);
        callId.CopyTo(_names.AsSpan(NamesHeader));
        fromUri.CopyTo(_names.AsSpan(NamesHeader + callId.Length));
        toUri.CopyTo(_names.AsSpan(NamesHeader + callId.Length + fromUri.Length));
        _createdAt = module.UnixMilliseconds;
        _caller = new DialogLeg(this, -1) { IsAnswered = true };
        _lifetime = (long)module.Options.DefaultTimeout.TotalMilliseconds;
        _state = DialogState.Unconfirmed;
    }

    /// <summary>Who it is: unique in this application, also in <c>did=</c> and the table.</summary>
    public DialogId Id { get; private set; } // changed before it is in the table only

    /// <summary>How it is kept: what was given at its creation, and what <see cref="DialogOptions"/> adds for every dialog.</summary>
    public DialogFlags Flags { get; }

    /// <summary>The Call-ID.</summary>
    public string CallId => Encoding.UTF8.GetString(CallIdBytes);

    /// <summary>The URI of From in the initial INVITE.</summary>
    public string FromUri => Encoding.UTF8.GetString(FromUriBytes);

    /// <summary>The URI of To in the initial INVITE.</summary>
    public string ToUri => Encoding.UTF8.GetString(ToUriBytes);

    /// <summary>The caller's tag.</summary>
    public string FromTag => _caller.Tag;

    /// <summary>The tag of the callee that answered; before, of the one that rang first; empty before that.</summary>
    public string ToTag => Callee?.Tag ?? "";

    /// <summary>When the dialog was created.</summary>
    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds(_createdAt);

    /// <summary>What the dialog belongs to: options, table, callbacks, feed, profiles.</summary>
    internal DialogModule Module { get; }

    internal DialogStripe Stripe { get; }

    /// <summary>The lock of the dialog's state (that of its stripe of the table). Never call user code, I/O or the feed under it.</summary>
    internal Lock Gate => Stripe.Gate;

    internal uint CallIdHash { get; }

    internal ReadOnlySpan<byte> CallIdBytes => _names.AsSpan(NamesHeader, CallIdLength);

    internal ReadOnlySpan<byte> FromUriBytes => _names.AsSpan(NamesHeader + CallIdLength, FromUriLength);

    internal ReadOnlySpan<byte> ToUriBytes => _names.AsSpan(NamesHeader + CallIdLength + FromUriLength);

    private int CallIdLength => BinaryPrimitives.ReadUInt16LittleEndian(_names);

    private int FromUriLength => BinaryPrimitives.ReadUInt16LittleEndian(_names.AsSpan(2));

    /// <inheritdoc/>
    public override string ToString() => $"dialog {Id} {State} {CallId}";
}
