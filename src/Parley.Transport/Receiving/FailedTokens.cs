namespace Parley.Transport;

/// <summary>Tokens of messages that did not leave; 0 (no report wanted) is not kept.</summary>
internal sealed class FailedTokens
{
    private ulong[] _items = [];

    public int Count { get; private set; }

    public ulong this[int index] => _items[index];

    public void Add(ulong token)
    {
        if (token == 0)
            return;
        if (Count == _items.Length)
            Array.Resize(ref _items, Math.Max(16, Count * 2));
        _items[Count++] = token;
    }

    public void AddRange(FailedTokens other)
    {
        for (var i = 0; i < other.Count; i++)
            Add(other._items[i]);
    }

    /// <summary>This one is not reported.</summary>
    public void Forget(int index) => _items[index] = 0;

    public void Clear() => Count = 0;
}
