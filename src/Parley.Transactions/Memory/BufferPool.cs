using System.Numerics;

namespace Parley.Transactions;

/// <summary>
/// Byte arrays for what transactions must be able to repeat. Two sizes per power of two, so that a message wastes a third at most. Unlike
/// the shared array pool it keeps as many as were ever out at once (up to a limit), so that a steady load allocates nothing.
/// </summary>
internal sealed class BufferPool
{
    private const int SmallestBits = 8;
    private const int LargestBits = 17;
    private const int KeptPerSize = 1 << 16;

    private readonly Shelf[] _shelves = new Shelf[(LargestBits - SmallestBits + 1) * 2];
    private long _oversized;

    public BufferPool()
    {
        for (int i = 0; i < _shelves.Length; i++)
            _shelves[i] = new Shelf((1 << (SmallestBits + (i / 2))) * (2 + (i % 2)) / 2);
    }

    /// <summary>How many buffers are out; what tests look for leaks by.</summary>
    public long Rented => Volatile.Read(ref _oversized) + _shelves.Sum(static shelf => shelf.Rented);

    public byte[] Rent(int length)
    {
        int index = IndexFor(length);
        if (index < _shelves.Length)
            return _shelves[index].Rent();
        Interlocked.Increment(ref _oversized);
        return new byte[length];
    }

    public void Return(byte[] buffer)
    {
        int index = IndexFor(buffer.Length);
        if (index < _shelves.Length)
            _shelves[index].Put(buffer);
        else
            Interlocked.Decrement(ref _oversized);
    }

    private static int IndexFor(int length)
    {
        if (length <= 1 << SmallestBits)
            return 0;
        int bits = BitOperations.Log2((uint)length - 1);
        // 2^bits < length <= 2^(bits+1): the step in between, or the next power.
        int half = (1 << bits) + (1 << (bits - 1));
        return ((bits - SmallestBits) * 2) + (length <= half ? 1 : 2);
    }

    private sealed class Shelf(int size)
    {
        private readonly Lock _lock = new();
        private byte[][] _kept = new byte[16][];
        private int _count;
        private long _rented;

        /// <summary>How many are out.</summary>
        public long Rented
        {
            get
            {
                lock (_lock)
                {
                    return _rented;
                }
            }
        }

        public byte[] Rent()
        {
            lock (_lock)
            {
                _rented++;
                if (_count > 0)
                    return _kept[--_count];
            }

            return GC.AllocateUninitializedArray<byte>(size);
        }

        public void Put(byte[] buffer)
        {
            lock (_lock)
            {
                _rented--;
                if (buffer.Length != size)
                    return;
                if (_count == _kept.Length)
                {
                    if (_count >= KeptPerSize)
                        return;
                    Array.Resize(ref _kept, _count * 2);
                }

                _kept[_count++] = buffer;
            }
        }
    }
}
