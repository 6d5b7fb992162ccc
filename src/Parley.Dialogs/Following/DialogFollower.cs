using Parley.Proxy;

namespace Parley.Dialogs;

/// <summary>Follows a request for its dialog; hangs on the context.</summary>
internal abstract class DialogFollower : RelayObserver
{
    public abstract Dialog? Dialog { get; }

    /// <summary>Which way the request goes in it.</summary>
    public virtual DialogDirection Direction => DialogDirection.Downstream;
}
