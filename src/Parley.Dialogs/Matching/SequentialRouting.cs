namespace Parley.Dialogs;

/// <summary>What becomes of a request whose dialog is known but whose remote target or Routes are not that dialog's.</summary>
public enum SequentialRouting : byte
{
    /// <summary>It goes by the dialog's own remote target and route set, to the other party. The default.</summary>
    Repair = 0,

    /// <summary>It is refused with 403, an ACK is dropped, and nothing changes in the dialog.</summary>
    Refuse = 1,

    /// <summary>
    /// It goes where it says, and has no part in the dialog: a BYE ends nothing, a re-INVITE refreshes nothing. A party that has a call here can send
    /// requests anywhere through this proxy then, so it is for networks where every party is trusted.
    /// </summary>
    AsReceived = 2,
}
