using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Registrar;

/// <summary>
/// Where the users of this domain are: bindings by address-of-record, in memory. Thread-safe; look-ups take no lock, writers lock one
/// address. Bindings end by themselves (TimeProvider), and an expired one is never handed out, whether the timer has run or not.
/// </summary>
public sealed partial class LocationTable : IDisposable
{
    private readonly RegistrarOptions _options;
    private readonly LocationClock _clock;
    private readonly ExpiryQueue _expiry;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<AddressOfRecord, LocationEntry> _entries;
    private readonly ConcurrentDictionary<AddressOfRecord, LocationEntry>.AlternateLookup<ReadOnlySpan<byte>> _byBytes;
    private int _bindings;
    private int _addresses;
    private long _memory;

    /// <summary>Makes an empty table.</summary>
    /// <param name="time">The clock of expiry.</param>
    /// <param name="random">The key of the table's hash.</param>
    /// <param name="options">Limits and policy; null for the defaults.</param>
    /// <param name="loggers">For handlers of <see cref="Changed"/> that throw.</param>
    public LocationTable(TimeProvider time, SipRandom random, RegistrarOptions? options = null, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(random);
        _options = options ?? new RegistrarOptions();
        _log = (loggers ?? NullLoggerFactory.Instance).CreateLogger("Parley.Registrar");
        _clock = new LocationClock(time);
        _entries = new ConcurrentDictionary<AddressOfRecord, LocationEntry>(new AddressOfRecordComparer(random));
        _byBytes = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();
        _expiry = new ExpiryQueue(time, _clock, Look);
        _label = (uint)random.Next();
    }

    /// <summary>Raised after each change, outside every lock, on the thread that made it. Changes of one address by several threads may be reported in another order than they happened.</summary>
    public event EventHandler<LocationChangedEventArgs>? Changed;

    /// <summary>Addresses-of-record that have bindings.</summary>
    public int AddressCount => Volatile.Read(ref _addresses);

    /// <summary>Bindings in all.</summary>
    public int BindingCount => Volatile.Read(ref _bindings);

    /// <summary>Bytes that addresses and bindings take, as the table reckons them: see <see cref="RegistrarOptions.MaxMemory"/>.</summary>
    public long MemoryInUse => Volatile.Read(ref _memory);

    internal int ExpiriesQueued => _expiry.Count;

    /// <summary>The options in force.</summary>
    public RegistrarOptions Options => _options;

    /// <summary>The address of a URI by this table's policy on port and case.</summary>
    /// <param name="uri">A sip or sips URI; the two are one address.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public AddressOfRecord AddressOf(SipUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return AddressOfRecord.TryCreate(uri.View, _options, out AddressOfRecord? address)
            ? address
            : throw new ArgumentException($"{uri} is not a sip or sips URI.", nameof(uri));
    }

    /// <summary>The address of a URI by this table's policy on port and case; false for a URI that is not sip or sips.</summary>
    /// <param name="uri">Such as that of a To header or a request line.</param>
    /// <param name="address">The address when the URI has one.</param>
    public bool TryAddressOf(SipUriView uri, [NotNullWhen(true)] out AddressOfRecord? address) =>
        AddressOfRecord.TryCreate(uri, _options, out address);

    /// <summary>Adds the contacts of an address, sip and sips, to a list of targets, in q order; returns how many.</summary>
    /// <param name="address">The address-of-record.</param>
    /// <param name="targets">The list to append to.</param>
    public int Lookup(AddressOfRecord address, ICollection<BranchTarget> targets) => Lookup(address, targets, onlySips: false);

    /// <summary>The contacts of an address, sip and sips, as targets, in q order; empty when it has none.</summary>
    /// <param name="address">The address-of-record.</param>
    public IReadOnlyList<BranchTarget> Lookup(AddressOfRecord address) => Lookup(address, onlySips: false);

    /// <summary>Adds the contacts of an address to a list of targets, in q order; returns how many.</summary>
    /// <param name="address">The address-of-record.</param>
    /// <param name="targets">The list to append to.</param>
    /// <param name="onlySips">Only sips contacts, as for a sips request-URI (RFC 5630 3.2).</param>
    public int Lookup(AddressOfRecord address, ICollection<BranchTarget> targets, bool onlySips)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(targets);
        var added = new TargetList(targets);
        return Add(_entries.GetValueOrDefault(address), onlySips, ref added);
    }

    /// <summary>The contacts of an address as targets, in q order; empty when it has none.</summary>
    /// <param name="address">The address-of-record.</param>
    /// <param name="onlySips">Only sips contacts, as for a sips request-URI (RFC 5630 3.2).</param>
    public IReadOnlyList<BranchTarget> Lookup(AddressOfRecord address, bool onlySips)
    {
        var targets = new List<BranchTarget>();
        Lookup(address, targets, onlySips);
        return targets;
    }

    /// <summary>Forks a request to the contacts of its request-URI: adds each as a target; returns how many. No allocation.</summary>
    /// <param name="context">The request.</param>
    public int AddTargets(SipContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        SipUriView address = context.RequestUri;
        var added = new ContextTargets(context);
        return Add(Find(address), address.Scheme == SipUriScheme.Sips, ref added);
    }

    /// <summary>Forks a request to the contacts of an address: adds each as a target; returns how many.</summary>
    /// <param name="context">The request. Of a sips request-URI only sips contacts are added.</param>
    /// <param name="address">The address-of-record, such as that of an alias.</param>
    public int AddTargets(SipContext context, AddressOfRecord address)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(address);
        var added = new ContextTargets(context);
        return Add(_entries.GetValueOrDefault(address), context.RequestUri.Scheme == SipUriScheme.Sips, ref added);
    }

    /// <summary>The live bindings of an address, in q order.</summary>
    /// <param name="address">The address-of-record.</param>
    public IReadOnlyList<Binding> BindingsOf(AddressOfRecord address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return LiveBindingsOf(address);
    }

    /// <summary>A snapshot of the addresses that have bindings.</summary>
    public IReadOnlyList<AddressOfRecord> Addresses =>
        [.. _entries.Where(static e => e.Value.Bindings.Length > 0).Select(static e => e.Key)];

    /// <summary>Time a binding has left; <see cref="TimeSpan.MaxValue"/> for one without end.</summary>
    /// <param name="binding">A binding of this table.</param>
    public TimeSpan RemainingOf(Binding binding)
    {
        ArgumentNullException.ThrowIfNull(binding);
        return binding.ExpiresAt == long.MaxValue
            ? TimeSpan.MaxValue
            : TimeSpan.FromMilliseconds(Math.Max(0, binding.ExpiresAt - _clock.Now));
    }

    /// <summary>Binds a contact by code, e.g. a trunk that does not register. False when a limit forbids it.</summary>
    /// <param name="address">The address-of-record.</param>
    /// <param name="contact">Where it is.</param>
    /// <param name="lifetime">For how long, a second or more; null for ever.</param>
    /// <param name="q">Preference, 0 to 1000.</param>
    /// <exception cref="ArgumentOutOfRangeException">Lifetime or q is out of its range.</exception>
    public bool Bind(AddressOfRecord address, SipUri contact, TimeSpan? lifetime = null, int q = 1000)
    {
        ArgumentNullException.ThrowIfNull(contact);
        ArgumentOutOfRangeException.ThrowIfNegative(q);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(q, 1000);
        if (lifetime is { } span)
            ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.FromSeconds(1), nameof(lifetime));
        return Bind(
            address,
            new StoredContact
            {
                Contact = contact,
                Lifetime = lifetime,
                Q = q,
            }
        );
    }

    /// <summary>Binds a contact with all that a REGISTER says of one, e.g. one read back from a database. It replaces a binding of the same contact URI, whatever
    /// its Call-ID and CSeq. False when a limit forbids it.</summary>
    /// <param name="address">The address-of-record.</param>
    /// <param name="contact">The contact (see <see cref="StoredFormOf"/>).</param>
    /// <exception cref="ArgumentException">A property of the contact is out of its range; the message names it.</exception>
    public bool Bind(AddressOfRecord address, StoredContact contact)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(contact);
        contact.Check(nameof(contact));
        var update = new RegistrationUpdate
        {
            CallId = contact.CallId,
            CSeq = contact.CSeq,
            Path = [.. contact.Path],
            Flow = FlowOf(contact),
            UserAgent = contact.UserAgent,
            IsLocal = true,
        };
        long seconds = contact.Lifetime is { } lifetime ? (long)Math.Ceiling(lifetime.TotalSeconds) : long.MaxValue;
        update.Contacts.Add(new ContactUpdate(contact.Contact, contact.Q, seconds, contact.FlowUse, contact.InstanceId, contact.RegId));
        return Apply(address, update, out _) == RegistrationOutcome.Done;
    }

    /// <summary>A binding as it can be stored and given to <see cref="Bind(AddressOfRecord, StoredContact)"/> again, with the lifetime it has left.</summary>
    /// <param name="binding">A binding of this table.</param>
    public StoredContact StoredFormOf(Binding binding)
    {
        ArgumentNullException.ThrowIfNull(binding);
        TimeSpan left = RemainingOf(binding);
        return new StoredContact
        {
            Contact = binding.Contact,
            Q = binding.Q,
            Lifetime = left == TimeSpan.MaxValue ? null : TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(left.TotalSeconds))),
            CallId = binding.CallId,
            CSeq = binding.CSeq,
            Path = binding.Path,
            Flow = binding.Flow,
            FlowUse = binding.FlowUse,
            HasLostFlow = binding.IsWithoutFlow,
            InstanceId = binding.InstanceId,
            RegId = binding.RegId,
            UserAgent = binding.UserAgent,
        };
    }

    /// <summary>Takes back one contact of an address; false when it was not bound.</summary>
    /// <param name="address">The address-of-record.</param>
    /// <param name="contact">The contact, compared by RFC 3261 19.1.4.</param>
    public bool Unbind(AddressOfRecord address, SipUri contact)
    {
        ArgumentNullException.ThrowIfNull(contact);
        var bound = false;
        foreach (var binding in BindingsOf(address))
            bound |= binding.Contact.Equals(contact);
        var update = LocalUpdate();
        update.Contacts.Add(new ContactUpdate(contact, 1000, 0, FlowUse.None, null, 0));
        Apply(address, update, out _);
        return bound;
    }

    /// <summary>Takes back all contacts of an address; false when it had none.</summary>
    /// <param name="address">The address-of-record.</param>
    public bool Clear(AddressOfRecord address)
    {
        var had = BindingsOf(address).Count > 0;
        Apply(
            address,
            new RegistrationUpdate
            {
                CallId = "",
                CSeq = 0,
                IsLocal = true,
                RemovesAll = true,
            },
            out _
        );
        return had;
    }

    /// <inheritdoc/>
    public void Dispose() => _expiry.Dispose();

    /// <summary>The live bindings of an address in canonical form.</summary>
    internal Binding[] LiveBindingsOf(AddressOfRecord address) =>
        _entries.TryGetValue(address, out var entry) ? Live(entry.Bindings, _clock.Now) : [];

    /// <summary>Does all that the update asks, or nothing.</summary>
    internal RegistrationOutcome Apply(AddressOfRecord address, RegistrationUpdate update, out Binding[] bindings) =>
        Apply(address, update, out bindings, out _);

    /// <summary>Does all that the update asks, or nothing; the bindings from before too.</summary>
    internal RegistrationOutcome Apply(AddressOfRecord address, RegistrationUpdate update, out Binding[] bindings, out Binding[] before)
    {
        while (true)
        {
            var entry = _entries.GetOrAdd(address, static key => new LocationEntry(key));
            Binding[] next;
            RegistrationOutcome outcome;
            long now;
            lock (entry.Lock)
            {
                before = entry.Bindings;
                if (entry.IsGone)
                    continue;
                now = _clock.Now;
                var live = Live(before, now);
                outcome = RegistrationRules.Apply(live, update, now, _options, new ContactIds(entry.Address, ref _label), out next);
                if (outcome == RegistrationOutcome.Done && !TryCount(entry, before, next))
                    outcome = RegistrationOutcome.TableFull;
                if (outcome == RegistrationOutcome.Done)
                    Publish(entry, next);
                else if (before.Length == 0)
                    Publish(entry, before); // nothing came of a new entry
                bindings = outcome == RegistrationOutcome.Done ? next : live;
            }
            if (outcome == RegistrationOutcome.Done)
            {
                _expiry.Schedule(entry, EarliestExpiry(next));
                Raise(entry.Address, before, next, now);
            }
            return outcome;
        }
    }

    // The expiry queue's turn for an address: drop what has run out, see when the next will.
    private void Look(LocationEntry entry)
    {
        Binding[] before;
        Binding[] next;
        long now;
        lock (entry.Lock)
        {
            if (entry.IsGone)
                return;
            now = _clock.Now;
            before = entry.Bindings;
            next = Live(before, now);
            TryCount(entry, before, next);
            Publish(entry, next);
        }
        _expiry.Schedule(entry, EarliestExpiry(next));
        Raise(entry.Address, before, next, now);
    }

    // Inside the entry's gate.
    private void Publish(LocationEntry entry, Binding[] next)
    {
        MarkOutdone(next);
        entry.Bindings = next;
        if (next.Length > 0 || entry.Queued > 0)
            return;
        entry.IsGone = true;
        Interlocked.Add(ref _memory, -entry.Counted);
        entry.Counted = 0;
        _entries.TryRemove(new KeyValuePair<AddressOfRecord, LocationEntry>(entry.Address, entry));
    }

    // Inside the entry's gate: false when the table would be too large, which takes back what was counted.
    private bool TryCount(LocationEntry entry, Binding[] before, Binding[] next)
    {
        var bindings = next.Length - before.Length;
        long size = next.Length == 0 && entry.Queued == 0 ? 0 : entry.Size;
        foreach (var binding in next)
            size += binding.Size;
        var memory = size - entry.Counted;
        var fits = Interlocked.Add(ref _bindings, bindings) <= _options.MaxBindings || bindings <= 0;
        fits &= Interlocked.Add(ref _memory, memory) <= _options.MaxMemory || memory <= 0;
        if (!fits)
        {
            Interlocked.Add(ref _bindings, -bindings);
            Interlocked.Add(ref _memory, -memory);
            return false;
        }
        entry.Counted = size;
        Interlocked.Add(ref _addresses, Math.Sign(next.Length) - Math.Sign(before.Length));
        return true;
    }

    private LocationEntry? Find(SipUriView address)
    {
        if (!CanonicalAddress.IsAddress(address))
            return null;
        var bound = CanonicalAddress.BoundOf(address);
        var buffer = bound <= 512 ? stackalloc byte[512] : new byte[bound];
        var length = CanonicalAddress.Write(address, _options.KeepPort, _options.IgnoreUserCase, buffer);
        return _byBytes.TryGetValue(buffer[..length], out var entry) ? entry : null;
    }

    private int Add<T>(LocationEntry? entry, bool onlySips, ref T targets)
        where T : struct, ITargetSink
    {
        if (entry is null)
            return 0;
        var now = _clock.Now;
        var found = 0;
        foreach (var binding in entry.Bindings)
        {
            if (!IsTarget(binding, onlySips, now))
                continue;
            targets.Add(binding.Target);
            found++;
        }
        return found;
    }

    private static RegistrationUpdate LocalUpdate() =>
        new()
        {
            CallId = "",
            CSeq = 0,
            IsLocal = true,
        };

    private static bool IsTarget(Binding binding, bool onlySips, long now) =>
        binding.ExpiresAt > now
        && !binding.IsOutdone
        && !binding.IsWithoutFlow
        && (binding.Contact.Scheme == SipUriScheme.Sips || (binding.Contact.Scheme == SipUriScheme.Sip && !onlySips));

    // RFC 5626 7: no two contacts of one instance at a time. A client that registers several flows though Outbound was not granted is called over the latest.
    private static void MarkOutdone(Binding[] bindings)
    {
        Dictionary<(string, SipUriScheme), Binding>? latest = null;
        foreach (var binding in bindings)
        {
            if (binding.RegId == 0 || binding.InstanceId is null)
                continue;
            latest ??= new Dictionary<(string, SipUriScheme), Binding>();
            var key = (binding.InstanceId.ToUpperInvariant(), binding.Contact.Scheme);
            if (latest.TryGetValue(key, out var other) && other.RegisteredAt > binding.RegisteredAt)
            {
                binding.IsOutdone = true;
                continue;
            }
            if (other is not null)
                other.IsOutdone = true;
            binding.IsOutdone = false;
            latest[key] = binding;
        }
    }

    private static Binding[] Live(Binding[] bindings, long now)
    {
        var live = 0;
        foreach (var binding in bindings)
            live += binding.ExpiresAt > now ? 1 : 0;
        return live == bindings.Length ? bindings : Array.FindAll(bindings, binding => binding.ExpiresAt > now);
    }

    private static long EarliestExpiry(Binding[] bindings)
    {
        var earliest = long.MaxValue;
        foreach (var binding in bindings)
            earliest = Math.Min(earliest, binding.ExpiresAt);
        return earliest;
    }

    private void Raise(AddressOfRecord address, Binding[] before, Binding[] next, long now)
    {
        if (Changed is null && Following is null)
            return;
        foreach (var binding in before)
        {
            if (Array.IndexOf(next, binding) >= 0 || (binding.ExpiresAt > now && Successor(next, binding) is not null))
                continue;
            Raise(
                new LocationChangedEventArgs(
                    address,
                    binding,
                    binding.ExpiresAt <= now ? LocationChangeKind.Expired : LocationChangeKind.Removed
                )
            );
        }
        foreach (var binding in next)
        {
            if (Array.IndexOf(before, binding) >= 0)
                continue;
            var known = Successor(before, binding) is { } old && old.ExpiresAt > now;
            Raise(new LocationChangedEventArgs(address, binding, known ? LocationChangeKind.Refreshed : LocationChangeKind.Added));
        }
    }

    // The binding in the other set that is the same contact.
    private static Binding? Successor(Binding[] bindings, Binding binding)
    {
        foreach (var other in bindings)
        {
            if (other.Contact.Equals(binding.Contact))
                return other;
        }
        return null;
    }

    private void Raise(LocationChangedEventArgs change)
    {
        Following?.Invoke(change);
        try
        {
            Changed?.Invoke(this, change);
        }
#pragma warning disable CA1031 // a handler's fault must not end a receive loop or the timer
        catch (Exception exception)
#pragma warning restore CA1031
        {
            RegistrarLog.HandlerFailed(_log, change.Address.ToString(), exception);
        }
    }
}
