namespace Parley.Dialogs;

/// <summary>The five states of a dialog, with the numbers of the <c>dialog</c> table of OpenSIPS.</summary>
public enum DialogState : byte
{
    /// <summary>Not a state: what a default value holds.</summary>
    None = 0,

    /// <summary>The INVITE was seen, no provisional response above 100 yet.</summary>
    Unconfirmed = 1,

    /// <summary>A provisional response above 100 was forwarded.</summary>
    Early = 2,

    /// <summary>A 2xx was forwarded, its ACK was not seen yet.</summary>
    ConfirmedNoAck = 3,

    /// <summary>The ACK was seen: the call is up.</summary>
    Confirmed = 4,

    /// <summary>Over: failed, ended or expired. Stays matchable for the delete delay.</summary>
    Deleted = 5,
}
