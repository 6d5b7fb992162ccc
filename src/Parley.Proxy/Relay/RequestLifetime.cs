namespace Parley.Proxy;

/// <summary>What keeps one request's context from its pool: calls in progress, transactions, handlers and look-ups that are not over.</summary>
internal struct RequestLifetime
{
    private long _version;
    private int _depth;
    private int _transactions;
    private int _handlers;
    private int _lookups;
    private bool _isOpen;

    /// <summary>Which life of the pooled context this is; read by any thread.</summary>
    public readonly long Version => Volatile.Read(in _version);

    public readonly bool HasHandlers => _handlers > 0;

    public readonly bool HasTransactions => _transactions > 0;

    /// <summary>Nothing is in progress and nothing but transactions may come.</summary>
    public readonly bool IsIdle => _isOpen && _depth == 0 && _handlers == 0 && _lookups == 0;

    /// <summary>A new life, inside the core's first call.</summary>
    public void Begin(bool hasTransaction)
    {
        Volatile.Write(ref _version, _version + 1);
        _isOpen = true;
        _depth = 1;
        _transactions = hasTransaction ? 1 : 0;
    }

    /// <summary>From now on what carries the former version is stale.</summary>
    public void NextVersion() => Volatile.Write(ref _version, _version + 1);

    public void Close() => _isOpen = false;

    public void Enter() => _depth++;

    public void Leave() => _depth--;

    public void HandlerBegins() => _handlers++;

    public void HandlerEnds() => _handlers--;

    public void LookupBegins() => _lookups++;

    public void LookupEnds() => _lookups--;

    public void TransactionBegins() => _transactions++;

    public void TransactionEnds() => _transactions--;

    public void ReleaseTransactions() => _transactions = 0;
}
