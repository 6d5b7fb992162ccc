namespace Parley.Dialogs;

/// <summary>
/// A call: created on the initial INVITE, followed through its answers and requests to its end. Safe from any thread. A dialog that is
/// over stays readable as long as somebody holds it.
/// </summary>
public sealed partial class Dialog
{
    internal Dialog(DialogId id) => Id = id;

    /// <summary>The lock of the dialog's state (a stripe of the table). Never call user code, I/O or the feed under it.</summary>
    internal Lock Gate => throw new NotImplementedException();

    /// <summary>What the dialog belongs to: options, table, callbacks, feed, profiles.</summary>
    internal DialogModule Module => throw new NotImplementedException();

    /// <summary>Who it is: unique in this application, also in <c>did=</c> and the table.</summary>
    public DialogId Id { get; }

    /// <summary>Where it stands.</summary>
    public DialogState State => throw new NotImplementedException();

    /// <summary>How it is kept, as given at its creation.</summary>
    public DialogFlags Flags => throw new NotImplementedException();

    /// <summary>The Call-ID.</summary>
    public string CallId => throw new NotImplementedException();

    /// <summary>The URI of From in the initial INVITE.</summary>
    public string FromUri => throw new NotImplementedException();

    /// <summary>The URI of To in the initial INVITE.</summary>
    public string ToUri => throw new NotImplementedException();

    /// <summary>The caller's tag.</summary>
    public string FromTag => throw new NotImplementedException();

    /// <summary>The tag of the callee that answered; before, of the one that rang first; empty before that.</summary>
    public string ToTag => throw new NotImplementedException();

    /// <summary>The caller's leg.</summary>
    public DialogLeg Caller => throw new NotImplementedException();

    /// <summary>The leg that answered first (before: rang first); null when none did.</summary>
    public DialogLeg? Callee => throw new NotImplementedException();

    /// <summary>A snapshot of all legs: the caller, the winning callee, the others.</summary>
    public IReadOnlyList<DialogLeg> Legs => throw new NotImplementedException();

    /// <summary>When the dialog was created.</summary>
    public DateTimeOffset CreatedAt => throw new NotImplementedException();

    /// <summary>When it was answered; null before.</summary>
    public DateTimeOffset? StartTime => throw new NotImplementedException();

    /// <summary>Its lifetime, counted from the answer; changed later, from the moment of the change (the field's <c>$DLG_timeout</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero, negative or above 68 years.</exception>
    public TimeSpan Timeout { get => throw new NotImplementedException(); set => throw new NotImplementedException(); }

    /// <summary>What is left of the lifetime; the whole of it before the answer, zero when over.</summary>
    public TimeSpan RemainingLifetime => throw new NotImplementedException();

    /// <summary>How long it stays matchable after its end; a value below 64*T1 is raised to it.</summary>
    public TimeSpan DeleteDelay { get => throw new NotImplementedException(); set => throw new NotImplementedException(); }

    /// <summary>Why it ended ("Upstream BYE", "Cancelled", "Lifetime Timeout", ... or the text given to Terminate); null while it goes on.</summary>
    public string? TerminationReason => throw new NotImplementedException();

    /// <summary>The caller sent a CANCEL.</summary>
    public bool WasCancelled => throw new NotImplementedException();

    /// <summary>Ends the call: an early one by CANCEL on every branch, a confirmed one by BYE both ways.</summary>
    /// <returns>False when it is over already or nothing could be sent.</returns>
    public bool Terminate(string? reason = null) => throw new NotImplementedException();

    /// <summary>Ends the call and completes when it is over.</summary>
    public ValueTask<bool> TerminateAsync(string? reason = null) => throw new NotImplementedException();
}
