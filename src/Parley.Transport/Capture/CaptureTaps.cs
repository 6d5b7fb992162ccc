namespace Parley.Transport;

/// <summary>Several taps at one transport: the recorder, a log of messages, an export. A single one is the transport's tap itself, so that nothing is added to its cost.</summary>
public static class CaptureTaps
{
    private static readonly Lock Changing = new();

    /// <summary>Adds a tap after those that are there; one that is there already stays where it is.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="tap">Sees every message from now on.</param>
    public static void AddTap(this ISipTransport transport, ICaptureTap tap)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(tap);
        lock (Changing)
        {
            transport.Tap = transport.Tap switch
            {
                null => tap,
                CaptureFan fan => fan.With(tap),
                var one when one == tap => one,
                var one => new CaptureFan([one, tap]),
            };
        }
    }

    /// <summary>Takes a tap away; the others stay. One that is not there is passed over. A message that is under way on another thread may still come to it.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="tap">As it was added.</param>
    public static void RemoveTap(this ISipTransport transport, ICaptureTap tap)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(tap);
        lock (Changing)
        {
            if (transport.Tap == tap)
                transport.Tap = null;
            else if (transport.Tap is CaptureFan fan)
                transport.Tap = fan.Without(tap);
        }
    }

    private sealed class CaptureFan(ICaptureTap[] taps) : ICaptureTap
    {
        public void OnMessage(bool inbound, in SipFlow flow, ReadOnlySpan<byte> message)
        {
            foreach (ICaptureTap tap in taps)
                tap.OnMessage(inbound, flow, message);
        }

        public CaptureFan With(ICaptureTap tap) => taps.Contains(tap) ? this : new CaptureFan([.. taps, tap]);

        public ICaptureTap? Without(ICaptureTap tap)
        {
            ICaptureTap[] left = [.. taps.Where(other => other != tap)];
            return left.Length switch
            {
                0 => null,
                1 => left[0],
                _ => new CaptureFan(left),
            };
        }
    }
}
