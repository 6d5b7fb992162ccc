namespace Parley.Dialogs;

/// <summary>Keeps followers of in-dialog requests for reuse. One lock, taken twice per request; what it holds is bounded.</summary>
internal sealed class RelayPool
{
    private const int Most = 4096;
    private readonly Lock _gate = new();
    private readonly Stack<InDialogRelay> _free = new();

    public InDialogRelay Rent()
    {
        lock (_gate)
        {
            if (_free.TryPop(out InDialogRelay? relay)) return relay;
        }

        return new InDialogRelay(this);
    }

    public void Return(InDialogRelay relay)
    {
        lock (_gate)
        {
            if (_free.Count < Most) _free.Push(relay);
        }
    }
}
