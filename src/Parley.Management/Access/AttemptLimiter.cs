using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Parley.Management;

/// <summary>
/// Counts wrong credentials by address. Each address has a number of them, which comes back evenly over a minute; when it is used up, the address is blocked until one has come
/// back. The table is bounded: addresses for which it has no room share one entry.
/// </summary>
internal sealed class AttemptLimiter(int perMinute, TimeProvider time)
{
    private const int MostAddresses = 4096;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Dictionary<UInt128, Entry> _entries = [];
    private readonly Lock _lock = new();
    private Entry _others;

    /// <summary>Whether an address has used up its attempts, and how long it has to wait.</summary>
    public bool IsBlocked(IPAddress address, out TimeSpan wait)
    {
        lock (_lock)
        {
            double left =
                _entries.TryGetValue(KeyOf(address), out Entry entry) ? Left(entry)
                : _entries.Count >= MostAddresses ? Left(_others)
                : perMinute;
            wait = left >= 1 ? TimeSpan.Zero : Minute * ((1 - left) / perMinute);
            return left < 1;
        }
    }

    /// <summary>A wrong credential; true when it was the last one that the address may give.</summary>
    public bool Count(IPAddress address)
    {
        UInt128 key = KeyOf(address);
        lock (_lock)
        {
            bool isKnown = _entries.TryGetValue(key, out Entry entry);
            if (!isKnown && _entries.Count >= MostAddresses)
                RemoveFull();
            bool isOwn = isKnown || _entries.Count < MostAddresses;
            double left = Left(isOwn ? entry : _others);
            var next = new Entry(perMinute - Math.Max(0, left - 1), time.GetTimestamp());
            if (isOwn)
                _entries[key] = next;
            else
                _others = next;
            return left is >= 1 and < 2;
        }
    }

    /// <summary>An address of IPv4, or the first half of one of IPv6: a network gives its hosts as many of the others as they like.</summary>
    public static UInt128 KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : new UInt128(BinaryPrimitives.ReadUInt64BigEndian(bytes), 1);
    }

    private double Left(Entry entry) =>
        entry.At == 0
            ? perMinute
            : Math.Min(
                perMinute,
                perMinute - entry.Used + (perMinute * (time.GetElapsedTime(entry.At).TotalSeconds / Minute.TotalSeconds))
            );

    private void RemoveFull()
    {
        foreach ((UInt128 key, Entry entry) in _entries)
            if (Left(entry) >= perMinute)
                _entries.Remove(key);
    }

    /// <summary>How many were used up, and when.</summary>
    private readonly record struct Entry(double Used, long At);
}
