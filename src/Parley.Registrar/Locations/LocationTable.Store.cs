using Parley.Transport;

namespace Parley.Registrar;

/// <summary>What a store needs of the table.</summary>
public sealed partial class LocationTable
{
    private uint _label;

    /// <summary>Raised with <see cref="Changed"/> and before it, so that a handler of that which throws does not keep a change from the store.</summary>
    internal event Action<LocationChangedEventArgs>? Following;

    /// <summary>The table's milliseconds.</summary>
    internal long Now => _clock.Now;

    /// <summary>The live binding with this id; null when there is none.</summary>
    internal Binding? Find(AddressOfRecord address, long contactId)
    {
        foreach (Binding binding in LiveBindingsOf(address))
        {
            if (binding.ContactId == contactId)
                return binding;
        }
        return null;
    }

    /// <summary>All live bindings while they are enumerated; one that comes or goes meanwhile may be in it or not.</summary>
    internal IEnumerable<(AddressOfRecord Address, Binding Binding)> Everything()
    {
        foreach ((AddressOfRecord address, LocationEntry entry) in _entries)
        {
            foreach (Binding binding in Live(entry.Bindings, _clock.Now))
                yield return (address, binding);
        }
    }

    /// <summary>
    /// Binds what a store had. <see cref="Changed"/> is not raised: nothing has changed since it was written. False when the contact is bound already, by a newer
    /// registration, or when the table is full. The limit per address does not count: the contact was granted.
    /// </summary>
    /// <param name="address">Whose contact.</param>
    /// <param name="binding">As it was stored.</param>
    /// <param name="replaced">The id of an older binding of the same contact that gave way; 0 for none.</param>
    internal RestoreOutcome Restore(AddressOfRecord address, Binding binding, out long replaced)
    {
        while (true)
        {
            LocationEntry entry = _entries.GetOrAdd(address, static key => new LocationEntry(key));
            Binding[] next;
            lock (entry.Lock)
            {
                if (entry.IsGone)
                    continue;
                Binding[] before = entry.Bindings;
                RestoreOutcome outcome = Add(before, binding, out next, out replaced);
                if (outcome == RestoreOutcome.Bound && !TryCount(entry, before, next))
                    outcome = RestoreOutcome.TableFull;
                if (outcome != RestoreOutcome.Bound)
                {
                    Publish(entry, before);
                    return outcome;
                }
                Publish(entry, next);
            }
            _expiry.Schedule(entry, EarliestExpiry(next));
            return RestoreOutcome.Bound;
        }
    }

    /// <summary>Puts an address back to what it was before an update, unless it has changed since; false then. <see cref="Changed"/> is raised.</summary>
    internal bool TryTakeBack(AddressOfRecord address, Binding[] after, Binding[] before)
    {
        while (true)
        {
            LocationEntry entry = _entries.GetOrAdd(address, static key => new LocationEntry(key));
            Binding[] next;
            long now;
            lock (entry.Lock)
            {
                if (entry.IsGone)
                    continue;
                now = _clock.Now;
                next = Live(before, now);
                bool isUnchanged = ReferenceEquals(entry.Bindings, after) || (after.Length == 0 && entry.Bindings.Length == 0);
                if (!isUnchanged || !TryCount(entry, after, next))
                {
                    Publish(entry, entry.Bindings);
                    return false;
                }
                Publish(entry, next);
            }
            _expiry.Schedule(entry, EarliestExpiry(next));
            Raise(entry.Address, after, next, now);
            return true;
        }
    }

    private static RestoreOutcome Add(Binding[] before, Binding binding, out Binding[] next, out long replaced)
    {
        next = before;
        replaced = 0;
        var list = new List<Binding>(before.Length + 1);
        foreach (Binding other in before)
        {
            bool isSame = other.ContactId == binding.ContactId || other.Contact.Equals(binding.Contact);
            if (isSame && other.RegisteredAt >= binding.RegisteredAt)
                return RestoreOutcome.Known;
            if (isSame)
                replaced = other.ContactId;
            else
                list.Add(other);
        }
        int at = list.FindIndex(other => other.Q < binding.Q || (other.Q == binding.Q && other.RegisteredAt > binding.RegisteredAt));
        list.Insert(at < 0 ? list.Count : at, binding);
        next = [.. list];
        return RestoreOutcome.Bound;
    }

    // A stream's flow that is lost keeps its far end, which a store goes on to show, under an id that no connection has.
    private static SipFlow? FlowOf(StoredContact contact) =>
        contact is { HasLostFlow: true, Flow: { } flow } ? flow with { ConnectionId = Binding.GoneConnection } : contact.Flow;
}
