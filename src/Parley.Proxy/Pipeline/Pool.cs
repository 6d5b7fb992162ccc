namespace Parley.Proxy;

/// <summary>Objects that are made once and used again; as many are kept as were ever out at once, so that a steady load makes none.</summary>
internal sealed class Pool<T>(Func<T> make)
    where T : class
{
    private readonly Lock _lock = new();
    private T[] _free = new T[16];
    private int _count;
    private int _rented;

    /// <summary>How many are out; what tests look for leaks by.</summary>
    public int Rented => Volatile.Read(ref _rented);

    public T Rent()
    {
        lock (_lock)
        {
            _rented++;
            if (_count > 0)
            {
                T item = _free[--_count];
                _free[_count] = null!;
                return item;
            }
        }

        return make();
    }

    public void Return(T item)
    {
        lock (_lock)
        {
            _rented--;
            if (_count == _free.Length)
                Array.Resize(ref _free, _count * 2);
            _free[_count++] = item;
        }
    }
}
