using Parley.Proxy;

namespace Parley.Dialogs;

/// <summary>What ties a request to its dialog; hangs on the context.</summary>
internal abstract class DialogFollower : RelayObserver
{
    public abstract Dialog? Dialog { get; }
}
