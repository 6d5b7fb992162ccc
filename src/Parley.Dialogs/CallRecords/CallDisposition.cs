namespace Parley.Dialogs;

/// <summary>How a call went.</summary>
public enum CallDisposition : byte
{
    /// <summary>Answered with a 2xx.</summary>
    Answered,

    /// <summary>486 or 600.</summary>
    Busy,

    /// <summary>603, 607 or 608.</summary>
    Declined,

    /// <summary>It rang, or nothing came, until a timer ended it: 408 or 480.</summary>
    NoAnswer,

    /// <summary>The caller gave up: a CANCEL, or a BYE before the answer (RFC 3261 15).</summary>
    Cancelled,

    /// <summary>Any other failure.</summary>
    Failed,
}
