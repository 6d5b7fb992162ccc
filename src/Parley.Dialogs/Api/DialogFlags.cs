namespace Parley.Dialogs;

/// <summary>How a dialog is to be kept, given at its creation. The values are the bits of the <c>dialog.flags</c> column of OpenSIPS.</summary>
[Flags]
public enum DialogFlags
{
    /// <summary>Only tracked.</summary>
    None = 0,

    /// <summary>
    /// When the lifetime is over, BYE goes both ways (DLG_FLAG_BYEONTIMEOUT); else the dialog is only forgotten. Every dialog has it unless
    /// <see cref="DialogOptions.ByeOnTimeout"/> is false.
    /// </summary>
    ByeOnTimeout = 1 << 3,

    /// <summary>OPTIONS within the dialog to the caller, at an interval; a dead caller ends the call.</summary>
    OptionsPingCaller = 1 << 5,

    /// <summary>The same to the callee.</summary>
    OptionsPingCallee = 1 << 6,

    /// <summary>re-INVITE with the last negotiated SDP to the caller, at an interval; wins over <see cref="OptionsPingCaller"/>.</summary>
    ReinvitePingCaller = 1 << 11,

    /// <summary>The same to the callee; wins over <see cref="OptionsPingCallee"/>.</summary>
    ReinvitePingCallee = 1 << 12,

    /// <summary>A race of RFC 5407 (200 against CANCEL, early BYE) shortens the lifetime to the race delay, after which BYE goes both ways.</summary>
    EndOnRaceCondition = 1 << 15,

    /// <summary>The proxy answers reliable provisional responses (RFC 3262) itself.</summary>
    AutoPrack = 1 << 20,

    /// <summary>With <see cref="AutoPrack"/>: a PRACK that fails before the call is answered ends the call, by CANCEL on every branch.</summary>
    EndOnPrackFailure = 1 << 21,
}
