namespace Parley.Dialogs;

internal sealed class DialogTable
{
    private readonly long[] _counts = new long[6];

    internal long Count(DialogState state) => _counts[(int)state];
}
