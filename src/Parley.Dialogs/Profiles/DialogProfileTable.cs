using System.Buffers;
using System.Collections.Immutable;

namespace Parley.Dialogs;

/// <summary>
/// The profiles of one application. What a dialog remembers of its memberships is one number: a handle of the first, each of which holds
/// the handle of the next. A handle is the profile's index, the shard's and the member's number.
/// </summary>
public sealed class DialogProfileTable
{
    /// <summary>The chain of a dialog that is over: nothing enters any more.</summary>
    private const long Over = -1;

    private const int MaxProfiles = 1 << 15;
    private const int StripeCount = 64;

    private readonly Lock _defining = new();
    private readonly Lock[] _stripes = new Lock[StripeCount]; // guard the dialogs' chains; taken before a shard's lock
    private readonly Lock _formerLock = new(); // of what failed calls were in; the last to be taken
    private Slab<FormerMembership> _former;
    private ImmutableArray<DialogProfile> _profiles = [];
    private DialogProfileTable? _other;

    internal DialogProfileTable(DialogOptions options, ulong hashKey = 0)
    {
        HashKey = hashKey;
        for (int i = 0; i < StripeCount; i++)
            _stripes[i] = new Lock();
        if (options.ProfilesWithValue.Count > 0)
            Add(string.Join(';', options.ProfilesWithValue), hasValue: true);
        if (options.ProfilesWithoutValue.Count > 0)
            Add(string.Join(';', options.ProfilesWithoutValue), hasValue: false);
    }

    /// <summary>The profiles defined so far, in order.</summary>
    public IReadOnlyList<DialogProfile> All => _profiles;

    /// <summary>Key of the value hash.</summary>
    internal ulong HashKey { get; }

    /// <summary>Finds the dialog of an id in the dialog table.</summary>
    internal Func<DialogId, Dialog?>? Finder { get; set; }

    /// <summary>Defines profiles from text such as <c>"caller; gateway/s; codec/b"</c> (<c>add_profiles</c>): all of them or, with bad text, none.</summary>
    /// <param name="definitions">Names separated by semicolons, each with an optional suffix: <c>/s</c> shared through a store, <c>/b</c> replicated.</param>
    /// <param name="hasValue">Whether their members have values.</param>
    /// <exception cref="ArgumentException">The text holds no name or a malformed one, or a name that is defined already, with whatever suffix.</exception>
    public void Add(string definitions, bool hasValue)
    {
        List<ProfileDefinition> parsed = ProfileDefinition.ParseAll(definitions, nameof(definitions));
        lock (_defining)
        {
            ImmutableArray<DialogProfile> profiles = _profiles;
            foreach (ProfileDefinition definition in parsed)
            {
                if (profiles.Any(profile => profile.Name == definition.Name))
                    throw new ArgumentException($"The profile {definition.Name} is defined already.", nameof(definitions));
                if (profiles.Length == MaxProfiles)
                    throw new ArgumentException("Too many profiles.", nameof(definitions));
                profiles = profiles.Add(new DialogProfile(this, profiles.Length, definition.Name, definition.Sharing, hasValue));
            }

            ImmutableInterlocked.InterlockedExchange(ref _profiles, profiles); // whole ones only are ever seen
        }
    }

    /// <summary>The profile of this name (<c>search_profile</c>), with its suffix or without; null when there is none.</summary>
    /// <param name="name">"gateway" or "gateway/s".</param>
    public DialogProfile? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (DialogProfile profile in _profiles)
        {
            if (Matches(name, profile.Name, profile.Suffix))
                return profile;
        }

        return null;
    }

    /// <summary>The profile of this name (<c>search_profile</c>), with its suffix or without; null when there is none.</summary>
    /// <param name="name">"gateway" or "gateway/s" as UTF-8.</param>
    public DialogProfile? Find(ReadOnlySpan<byte> name)
    {
        foreach (DialogProfile profile in _profiles)
        {
            if (
                name.StartsWith(profile.NameUtf8)
                && (
                    name.Length == profile.NameUtf8.Length
                    || (
                        profile.Suffix.Length == 2
                        && name.Length == profile.NameUtf8.Length + 2
                        && name[^2] == '/'
                        && name[^1] == profile.Suffix[1]
                    )
                )
            )
                return profile;
        }

        return null;
    }

    /// <summary>Takes over another table's limits, and counts its dialogs against them from now on, without a change in it: for a second application that says what
    /// a running one would do.</summary>
    /// <param name="other">The table of the running application.</param>
    public void CountAlso(DialogProfileTable other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (DialogProfile profile in other.All)
        {
            if (Find(profile.Name) is { } own)
                own.Limit = profile.Limit;
        }

        _other = other;
    }

    internal DialogProfileResult Set(
        ref long chain,
        DialogId dialog,
        DialogProfile profile,
        ReadOnlySpan<byte> value,
        bool isReplicated,
        int? limit
    )
    {
        if (!profile.HasValue && !value.IsEmpty)
            throw new ArgumentException($"The profile {profile.Name} has no values.", nameof(value));
        ArgumentOutOfRangeException.ThrowIfNegative(limit.GetValueOrDefault(), nameof(limit));
        int most = isReplicated ? int.MaxValue : limit ?? profile.Limit ?? int.MaxValue;
        if (_other is { } other && most != int.MaxValue)
            most = Math.Max(0, most - (other.Find(profile.Name)?.Size(value) ?? 0));
        int shardIndex = profile.ShardIndexOf(value, out uint hash);
        ProfileShard shard = profile.Shards[shardIndex];
        lock (StripeOf(dialog))
        {
            if (chain == Over)
                return DialogProfileResult.Over;
            if (FindMember(chain, profile, shardIndex, value, out long member, out _))
            {
                shard.SetReplicated(NumberOf(member), isReplicated);
                return DialogProfileResult.Member;
            }

            int number = shard.Add(value, hash, dialog.Value, chain, isReplicated, most);
            if (number == 0)
                return DialogProfileResult.LimitReached;
            Volatile.Write(ref chain, Handle(profile.Index, shardIndex, number));
            return DialogProfileResult.Added;
        }
    }

    internal bool Unset(ref long chain, DialogId dialog, DialogProfile profile, ReadOnlySpan<byte> value)
    {
        int shardIndex = profile.ShardIndexOf(value, out _);
        lock (StripeOf(dialog))
        {
            if (chain <= 0 || !FindMember(chain, profile, shardIndex, value, out long member, out long before))
                return false;
            long next = profile.Shards[shardIndex].Remove(NumberOf(member));
            if (before == 0)
                Volatile.Write(ref chain, next);
            else
                ShardOf(before).SetNextOfDialog(NumberOf(before), next);
            return true;
        }
    }

    internal bool IsIn(ref long chain, DialogId dialog, DialogProfile profile, bool anyValue, ReadOnlySpan<byte> value)
    {
        if (Volatile.Read(ref chain) <= 0)
            return false;
        int shardIndex = profile.ShardIndexOf(value, out _);
        lock (StripeOf(dialog))
        {
            if (!anyValue)
                return FindMember(chain, profile, shardIndex, value, out _, out _);
            for (long handle = chain; handle > 0; handle = ShardOf(handle).NextOfDialog(NumberOf(handle)))
            {
                if (ProfileIndexOf(handle) == profile.Index)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Takes the dialog out of every profile and lets it enter none any more. Again: nothing.</summary>
    internal void Leave(ref long chain, DialogId dialog)
    {
        lock (StripeOf(dialog))
        {
            long handle = chain;
            Volatile.Write(ref chain, Over);
            while (handle > 0)
                handle = ShardOf(handle).Remove(NumberOf(handle));
        }
    }

    /// <summary>As <see cref="Leave(ref long, DialogId)"/>, of a call that a late 2xx may bring back.</summary>
    /// <returns>For <see cref="Reopen"/> or <see cref="Forget"/>: what it was in; 0: nothing.</returns>
    internal int LeaveForNow(ref long chain, DialogId dialog)
    {
        lock (StripeOf(dialog))
        {
            int first = 0;
            for (long handle = chain; handle > 0; )
            {
                ProfileShard shard = ShardOf(handle);
                byte[] value = shard.Read(NumberOf(handle), out bool isReplicated, out _);
                first = Remember(ProfileIndexOf(handle), value, isReplicated, first);
                handle = shard.Remove(NumberOf(handle));
            }

            Volatile.Write(ref chain, Over);
            return first;
        }
    }

    /// <summary>A late 2xx brought the call back: it is in its profiles again, whatever their limits (the call is up), and may enter others.</summary>
    /// <param name="chain">The dialog's chain.</param>
    /// <param name="dialog">The dialog.</param>
    /// <param name="former">What it left; 0: nothing.</param>
    internal void Reopen(ref long chain, DialogId dialog, int former = 0)
    {
        lock (StripeOf(dialog))
        {
            if (chain == Over)
            {
                Volatile.Write(ref chain, 0);
                for (int number = former; number != 0; )
                {
                    FormerMembership membership = Former(number);
                    Set(ref chain, dialog, _profiles[membership.Profile], membership.Value, membership.IsReplicated, int.MaxValue);
                    number = membership.Next;
                }
            }
        }

        Forget(former);
    }

    /// <summary>What a call left does not matter any more.</summary>
    internal void Forget(int former)
    {
        if (former == 0)
            return;
        lock (_formerLock)
        {
            for (int number = former; number != 0; )
            {
                int next = _former[number].Next;
                _former.Give(number);
                number = next;
            }
        }
    }

    internal void CopyMemberships(ref long chain, DialogId dialog, List<DialogProfileMembership> list)
    {
        if (Volatile.Read(ref chain) <= 0)
            return;
        lock (StripeOf(dialog))
        {
            for (long handle = chain, next; handle > 0; handle = next)
            {
                byte[] value = ShardOf(handle).Read(NumberOf(handle), out bool isReplicated, out next);
                list.Add(new DialogProfileMembership(_profiles[ProfileIndexOf(handle)], value, isReplicated));
            }
        }
    }

    /// <summary>Appends the text of the column <c>profiles</c>.</summary>
    internal void WriteText(ref long chain, DialogId dialog, IBufferWriter<byte> text)
    {
        if (Volatile.Read(ref chain) <= 0)
            return;
        lock (StripeOf(dialog))
        {
            for (long handle = chain, next; handle > 0; handle = next)
            {
                byte[] value = ShardOf(handle).Read(NumberOf(handle), out _, out next);
                DialogProfile profile = _profiles[ProfileIndexOf(handle)];
                PairText.Append(text, profile.NameUtf8, profile.SuffixUtf8, value);
            }
        }
    }

    /// <summary>Enters all that the text of the column <c>profiles</c> names; limits do not refuse. Never throws.</summary>
    /// <returns>How many pairs were passed over: their profile is not defined here, or has no values.</returns>
    internal int ReadText(ref long chain, DialogId dialog, ReadOnlySpan<byte> text, bool isReplicated)
    {
        int passedOver = 0;
        byte[] scratch = ArrayPool<byte>.Shared.Rent(text.Length);
        while (PairText.TryRead(ref text, scratch, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            DialogProfile? profile = Find(name);
            if (profile is null || (!profile.HasValue && !value.IsEmpty))
                passedOver++;
            else
                Set(ref chain, dialog, profile, value, isReplicated, int.MaxValue);
        }

        ArrayPool<byte>.Shared.Return(scratch);
        return passedOver;
    }

    private static bool Matches(string asked, string name, string suffix) =>
        asked.Length == name.Length
            ? asked == name
            : suffix.Length > 0
                && asked.Length == name.Length + suffix.Length
                && asked.StartsWith(name, StringComparison.Ordinal)
                && asked.EndsWith(suffix, StringComparison.Ordinal);

    private static long Handle(int profile, int shard, int number) => ((long)profile << 48) | ((long)shard << 32) | (uint)number;

    private static int ProfileIndexOf(long handle) => (int)(handle >> 48);

    private static int NumberOf(long handle) => (int)handle;

    private static int ShardIndexOf(long handle) => (int)(handle >> 32) & 0xffff;

    private ProfileShard ShardOf(long handle) => _profiles[ProfileIndexOf(handle)].Shards[ShardIndexOf(handle)];

    private int Remember(int profile, byte[] value, bool isReplicated, int next)
    {
        lock (_formerLock)
        {
            int number = _former.Take();
            _former[number] = new FormerMembership
            {
                Profile = profile,
                Value = value,
                IsReplicated = isReplicated,
                Next = next,
            };
            return number;
        }
    }

    private FormerMembership Former(int number)
    {
        lock (_formerLock)
            return _former[number];
    }

    private Lock StripeOf(DialogId dialog) => _stripes[dialog.GetHashCode() & (StripeCount - 1)];

    /// <summary>Finds a membership in a dialog's chain, and the one before it (0: none).</summary>
    private bool FindMember(long chain, DialogProfile profile, int shardIndex, ReadOnlySpan<byte> value, out long member, out long before)
    {
        before = 0;
        for (long handle = chain, next; handle > 0; before = handle, handle = next)
        {
            ProfileShard shard = ShardOf(handle);
            if (ProfileIndexOf(handle) != profile.Index || ShardIndexOf(handle) != shardIndex)
            {
                next = shard.NextOfDialog(NumberOf(handle));
            }
            else if (shard.HasValue(NumberOf(handle), value, out next))
            {
                member = handle;
                return true;
            }
        }

        member = 0;
        return false;
    }
}
