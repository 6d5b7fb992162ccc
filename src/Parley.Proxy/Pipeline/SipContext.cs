#pragma warning disable CA1822, CA1065 // skeleton: bodies follow
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>One request on its way through the proxy.</summary>
/// <remarks>
/// Pooled: do not keep it after the handler and its hooks are through. Everything that happens to one request runs serially in its transaction's
/// strand, the parts of an awaiting handler included.
/// </remarks>
public sealed partial class SipContext
{
    /// <summary>The application that received the request.</summary>
    public ParleyApplication Application => throw new NotImplementedException();

    /// <summary>The application's services.</summary>
    public IServiceProvider Services => throw new NotImplementedException();

    /// <summary>The request as received. Readable until a final response was sent.</summary>
    /// <exception cref="InvalidOperationException">The transaction has let the request go.</exception>
    public SipMessage Request => throw new NotImplementedException();

    /// <summary>The request's method; known longer than <see cref="Request"/>.</summary>
    public SipMethod Method => throw new NotImplementedException();

    /// <summary>Where the request came from.</summary>
    public SipFlow Source => throw new NotImplementedException();

    /// <summary>The request has a To tag.</summary>
    public bool IsInDialog => throw new NotImplementedException();

    /// <summary>The server transaction; null for an ACK of a 2xx, for stateless handling, and once it is over.</summary>
    public ServerTransaction? Transaction => throw new NotImplementedException();

    /// <summary>The caller's CANCEL has arrived. A handler that has not relayed yet may go on: relaying then answers 487.</summary>
    public bool IsCancelled => throw new NotImplementedException();

    /// <summary>A final response has been sent.</summary>
    public bool IsAnswered => throw new NotImplementedException();

    /// <summary>What a module has hung on the request, by exact type; null when there is nothing.</summary>
    /// <typeparam name="T">The type it was set as.</typeparam>
    /// <returns>The object or null.</returns>
    public T? Get<T>() where T : class => throw new NotImplementedException();

    /// <summary>Hangs an object on the request, in place of the one of this type; null takes it off.</summary>
    /// <typeparam name="T">The type to find it by.</typeparam>
    /// <param name="value">The object.</param>
    public void Set<T>(T? value) where T : class => throw new NotImplementedException();

    /// <summary>Changes that every branch shall carry.</summary>
    public SipEdits Edits => throw new NotImplementedException();

    /// <summary>Modules (dialogs) watch a request through this.</summary>
    /// <param name="observer">Called from now on, after those that came before.</param>
    public void Observe(RelayObserver observer) => throw new NotImplementedException();
}
