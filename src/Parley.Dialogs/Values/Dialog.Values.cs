namespace Parley.Dialogs;

public sealed partial class Dialog
{
    internal ValueStore ValueStore;
    internal uint UserFlagBits;

    /// <summary>What modules store here under names: <c>dialog.Values["created_at"]</c>.</summary>
    public DialogValues Values => new(this);

    /// <summary>The 32 flags that modules set, by name or bit.</summary>
    public DialogUserFlags UserFlags => new(this);

    internal DialogUserFlagTable UserFlagNames => Module.UserFlags;

    /// <summary>Values, flags or profiles changed.</summary>
    internal void PublishUpdate() => Updated();
}
