namespace Parley.Dialogs;

/// <summary>The way from a leg to its dialog.</summary>
public static class DialogLegExtensions
{
    extension(DialogLeg leg)
    {
        /// <summary>The dialog this leg is an end of.</summary>
        public Dialog Dialog => (Dialog)leg.Owner;
    }
}
