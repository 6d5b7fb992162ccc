namespace Parley.Dialogs;

/// <summary>
/// The moments of a dialog's life that a callback can be registered for; a bitmask. The bits are those of
/// <c>DLGCB_*</c> of OpenSIPS. <see cref="Loaded"/> and <see cref="Created"/> are global: registered alone and without a dialog. All others are
/// per dialog and combine freely.
/// </summary>
[Flags]
public enum DialogCallbackTypes
{
    /// <summary>No moment; not accepted at registration.</summary>
    None = 0,

    /// <summary>A dialog came into memory from a store or another node; at registration, at once for each dialog that exists (DLGCB_LOADED). No message, no direction.</summary>
    Loaded = 1 << 0,

    /// <summary>A dialog was created and the transaction of its INVITE is complete (DLGCB_CREATED). The INVITE, downstream; once.</summary>
    Created = 1 << 1,

    /// <summary>The call failed: 300 or above, or its transaction went (DLGCB_FAILED). The reply, upstream; a late 2xx may still confirm it.</summary>
    Failed = 1 << 2,

    /// <summary>The first 2xx (DLGCB_CONFIRMED). The reply, upstream; once, whatever the number of 2xx.</summary>
    Confirmed = 1 << 3,

    /// <summary>A request within the dialog that does not end it (DLGCB_REQ_WITHIN). The request, its direction.</summary>
    RequestWithin = 1 << 4,

    /// <summary>The call ended by BYE or by the proxy (DLGCB_TERMINATED); never together with <see cref="Expired"/>.</summary>
    Terminated = 1 << 5,

    /// <summary>The lifetime was over and no BYE was sent for it (DLGCB_EXPIRED); never together with <see cref="Terminated"/>.</summary>
    Expired = 1 << 6,

    /// <summary>The first provisional reply above 100 (DLGCB_EARLY). The reply, upstream; once.</summary>
    Early = 1 << 7,

    /// <summary>A reply to the initial INVITE is about to be forwarded (DLGCB_RESPONSE_FWDED). The reply, upstream; it may still be changed.</summary>
    ResponseForwarded = 1 << 8,

    /// <summary>A reply to a request within the dialog is about to be forwarded (DLGCB_RESPONSE_WITHIN). The reply, opposite to its request.</summary>
    ResponseWithin = 1 << 9,

    /// <summary>A management interface lists the dialog with its context (DLGCB_MI_CONTEXT): <see cref="DialogCallbackParameters.Data"/> is what the handler adds to.</summary>
    ManagementContext = 1 << 10,

    /// <summary>The dialog is forgotten; the last callback, once (DLGCB_DESTROY).</summary>
    Destroy = 1 << 11,

    /// <summary>The store has written, updated or removed the dialog (DLGCB_SAVED).</summary>
    Saved = 1 << 12,

    /// <summary>Values and profiles are about to be written to the store or to another node (DLGCB_WRITE_VP).</summary>
    WriteValues = 1 << 13,

    /// <summary>Values that came from another node have been applied (DLGCB_PROCESS_VARS).</summary>
    ProcessValues = 1 << 14,
}
