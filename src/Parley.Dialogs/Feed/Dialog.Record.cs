namespace Parley.Dialogs;

public sealed partial class Dialog
{
    /// <summary>The dialog as a row, at this instant.</summary>
    internal DialogRecord ToRecord() => throw new NotImplementedException();
}
