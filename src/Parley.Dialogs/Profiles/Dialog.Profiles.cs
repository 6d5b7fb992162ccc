namespace Parley.Dialogs;

public sealed partial class Dialog
{
    /// <summary>All that the dialog remembers of its memberships; see <see cref="DialogProfileTable"/>.</summary>
    internal long ProfileChain;

    /// <summary>The profiles the dialog is in: <c>dialog.Profiles.Set("caller", value)</c>.</summary>
    public DialogProfiles Profiles => new(this);

    /// <summary>Off every profile, at once and for good (→5). Again: nothing.</summary>
    internal void LeaveProfiles() => Module.Profiles.Leave(ref ProfileChain, Id);

    /// <summary>A late 2xx after the failure (5→3): the dialog may enter profiles again.</summary>
    internal void ReopenProfiles() => Module.Profiles.Reopen(ref ProfileChain, Id);
}
