namespace Parley.Dialogs;

/// <summary>Ties the INVITE of a second passage to the dialog of the first, which follows the call there.</summary>
internal sealed class SpiralFollower(Dialog dialog) : DialogFollower
{
    public override Dialog? Dialog => dialog;
}
