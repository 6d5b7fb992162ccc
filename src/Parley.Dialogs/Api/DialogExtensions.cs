namespace Parley.Dialogs;

/// <summary>What modules keep on a dialog: values, flags and profiles.</summary>
public static class DialogExtensions
{
    extension(Dialog dialog)
    {
        /// <summary>What modules store here under names: <c>dialog.Values["created_at"]</c>.</summary>
        public DialogValues Values => new(dialog);

        /// <summary>The 32 flags that modules set, by name or bit.</summary>
        public DialogUserFlags UserFlags => new(dialog);

        /// <summary>The profiles the dialog is in: <c>dialog.Profiles.Set("caller", value)</c>.</summary>
        public DialogProfiles Profiles => new(dialog);

        /// <summary>What the dialog belongs to.</summary>
        internal DialogModule Module => (DialogModule)dialog.Runtime;
    }
}
