namespace Parley.Dialogs;

/// <summary>One step of the state machine: the state after it, and what it asks for.</summary>
internal readonly record struct DialogStep(DialogState State, DialogEffects Effects);
