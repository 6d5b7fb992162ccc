namespace Parley.Proxy;

/// <summary>What modules hang on a request: few entries, found by exact type, without allocation when warm.</summary>
internal sealed class RequestItems
{
    private Type[] _types = new Type[4];
    private object[] _values = new object[4];
    private int _count;

    public T? Get<T>()
        where T : class
    {
        for (int i = 0; i < _count; i++)
        {
            if (_types[i] == typeof(T))
                return (T)_values[i];
        }

        return null;
    }

    public void Set<T>(T? value)
        where T : class
    {
        int index = Array.IndexOf(_types, typeof(T), 0, _count);
        if (value is null)
        {
            if (index < 0)
                return;
            _count--;
            _types[index] = _types[_count];
            _values[index] = _values[_count];
            _types[_count] = null!;
            _values[_count] = null!;
            return;
        }

        if (index < 0)
        {
            if (_count == _types.Length)
            {
                Array.Resize(ref _types, _count * 2);
                Array.Resize(ref _values, _count * 2);
            }

            index = _count++;
            _types[index] = typeof(T);
        }

        _values[index] = value;
    }

    public void Clear()
    {
        Array.Clear(_types, 0, _count);
        Array.Clear(_values, 0, _count);
        _count = 0;
    }
}
