using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>What the runner copies into <see cref="DialogCallbackParameters"/>; see there. Make it with its constructor: IsActive is true by default.</summary>
internal readonly record struct DialogCallbackArguments(
    DialogDirection Direction,
    SipMessage? Message = null,
    SipContext? Context = null,
    SipEdits? Edits = null,
    DialogLeg? DestinationLeg = null,
    object? Data = null,
    bool IsActive = true
);
