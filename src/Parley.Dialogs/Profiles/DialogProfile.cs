using System.Text;

namespace Parley.Dialogs;

/// <summary>
/// A profile: the set of dialogs that are in it, by value when it has values ("caller" with the callers as values) or as one set. A dialog
/// may be in one profile with several values. Sizes are exact at every instant: they are the counts of the sets. Safe from any thread.
/// </summary>
public sealed class DialogProfile
{
    private const int ShardCount = 32;

    private readonly DialogProfileTable _table;
    private readonly ProfileShard[] _shards;
    private int _limit = int.MaxValue;

    internal DialogProfile(DialogProfileTable table, int index, string name, ProfileSharing sharing, bool hasValue)
    {
        _table = table;
        Index = index;
        Name = name;
        NameUtf8 = Encoding.UTF8.GetBytes(name);
        Sharing = sharing;
        HasValue = hasValue;
        _shards = new ProfileShard[hasValue ? ShardCount : 1];
        for (int i = 0; i < _shards.Length; i++)
            _shards[i] = new ProfileShard();
    }

    /// <summary>The name without suffix.</summary>
    public string Name { get; }

    /// <summary>Whether its members have values.</summary>
    public bool HasValue { get; }

    /// <summary>Whether other nodes count too.</summary>
    public ProfileSharing Sharing { get; }

    /// <summary>The name with its suffix, as in the definition: "gateway/s".</summary>
    public string QualifiedName => Name + Suffix;

    /// <summary>
    /// How many dialogs one value may have; null: no limit. The dialog that would be one too many is refused atomically, so that two calls
    /// cannot both take the last place. Replicated dialogs and those loaded from a store are counted but not refused.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Below zero.</exception>
    public int? Limit
    {
        get => Volatile.Read(ref _limit) is int.MaxValue ? null : _limit;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value.GetValueOrDefault(), nameof(value));
            Volatile.Write(ref _limit, value ?? int.MaxValue);
        }
    }

    internal int Index { get; }

    internal byte[] NameUtf8 { get; }

    internal ReadOnlySpan<ProfileShard> Shards => _shards;

    internal string Suffix =>
        Sharing switch
        {
            ProfileSharing.Shared => "/s",
            ProfileSharing.Replicated => "/b",
            _ => "",
        };

    internal ReadOnlySpan<byte> SuffixUtf8 =>
        Sharing switch
        {
            ProfileSharing.Shared => "/s"u8,
            ProfileSharing.Replicated => "/b"u8,
            _ => default,
        };

    /// <summary>Puts a dialog into a profile without values.</summary>
    /// <param name="dialog">The dialog.</param>
    /// <exception cref="ArgumentException">The profile has values.</exception>
    public DialogProfileResult Set(Dialog dialog) => Set(dialog, RequireNoValue());

    /// <summary>Puts a dialog into the profile (<c>set_profile</c>).</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="value">The value; empty is one too. Of a profile without values: empty.</param>
    /// <exception cref="ArgumentException">A value for a profile without values.</exception>
    public DialogProfileResult Set(Dialog dialog, ReadOnlySpan<byte> value) => Set(dialog, value, isReplicated: false, limit: null);

    /// <summary>Puts a dialog into the profile (<c>set_profile</c>).</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="value">The value; empty is one too. Of a profile without values: empty.</param>
    /// <exception cref="ArgumentException">A value for a profile without values.</exception>
    public DialogProfileResult Set(Dialog dialog, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Set(dialog, new Utf8Text(value, stackalloc byte[Utf8Text.ScratchSize]).Bytes);
    }

    /// <summary>Puts a dialog into the profile (<c>set_profile</c>) with all its switches.</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="value">The value; empty is one too. Of a profile without values: empty.</param>
    /// <param name="isReplicated">The dialog is another node's: it counts in <see cref="Size()"/> but not in <see cref="OwnSize()"/>, and no limit refuses it. For a member already, its switch is changed to this.</param>
    /// <param name="limit">Refuse when this value has as many dialogs or more; null: the profile's <see cref="Limit"/>.</param>
    /// <exception cref="ArgumentException">A value for a profile without values, or a limit below zero.</exception>
    public DialogProfileResult Set(Dialog dialog, ReadOnlySpan<byte> value, bool isReplicated, int? limit)
    {
        ArgumentNullException.ThrowIfNull(dialog);
        DialogProfileResult result = _table.Set(ref dialog.ProfileChain, dialog.Id, this, value, isReplicated, limit);
        if (result == DialogProfileResult.Added)
            dialog.Updated();
        else if (result == DialogProfileResult.LimitReached && dialog.Runtime.Hooks is { HasLimitReached: true } hooks)
            hooks.RunLimitReached(dialog, this, Encoding.UTF8.GetString(value), limit ?? Limit ?? 0);
        return result;
    }

    /// <summary>Takes a dialog out of the profile (<c>unset_profile</c>); false when it was not in it with this value.</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="value">The value; of a profile without values: empty.</param>
    public bool Unset(Dialog dialog, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(dialog);
        bool was = _table.Unset(ref dialog.ProfileChain, dialog.Id, this, value);
        if (was)
            dialog.Updated();
        return was;
    }

    /// <summary>Takes a dialog out of the profile (<c>unset_profile</c>); false when it was not in it with this value.</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="value">The value; of a profile without values: empty.</param>
    public bool Unset(Dialog dialog, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Unset(dialog, new Utf8Text(value, stackalloc byte[Utf8Text.ScratchSize]).Bytes);
    }

    /// <summary>Whether a dialog is in the profile, with whatever value.</summary>
    /// <param name="dialog">The dialog.</param>
    public bool IsIn(Dialog dialog)
    {
        ArgumentNullException.ThrowIfNull(dialog);
        return _table.IsIn(ref dialog.ProfileChain, dialog.Id, this, anyValue: true, default);
    }

    /// <summary>Whether a dialog is in the profile with this value.</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="value">The value.</param>
    public bool IsIn(Dialog dialog, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(dialog);
        return _table.IsIn(ref dialog.ProfileChain, dialog.Id, this, anyValue: false, value);
    }

    /// <summary>Whether a dialog is in the profile with this value.</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="value">The value.</param>
    public bool IsIn(Dialog dialog, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return IsIn(dialog, new Utf8Text(value, stackalloc byte[Utf8Text.ScratchSize]).Bytes);
    }

    /// <summary>The number of memberships in all values (<c>get_profile_size</c> without value): a dialog with two values counts twice.</summary>
    public int Size() => Total(own: false);

    /// <summary>The number of dialogs with this value (<c>get_profile_size</c>).</summary>
    /// <param name="value">The value.</param>
    public int Size(ReadOnlySpan<byte> value) => ShardOf(value, out uint hash).Size(value, hash, own: false);

    /// <summary>The number of dialogs with this value (<c>get_profile_size</c>).</summary>
    /// <param name="value">The value.</param>
    public int Size(string value) => Size(new Utf8Text(value, stackalloc byte[Utf8Text.ScratchSize]).Bytes);

    /// <summary>As <see cref="Size()"/>, without replicated dialogs: what this node adds to a size counted by all.</summary>
    public int OwnSize() => Total(own: true);

    /// <summary>As <see cref="Size(ReadOnlySpan{byte})"/>, without replicated dialogs.</summary>
    /// <param name="value">The value.</param>
    public int OwnSize(ReadOnlySpan<byte> value) => ShardOf(value, out uint hash).Size(value, hash, own: true);

    /// <summary>The values and how many dialogs each has, in no order. A snapshot made part by part.</summary>
    public IReadOnlyList<DialogProfileValue> Values()
    {
        var list = new List<DialogProfileValue>();
        foreach (ProfileShard shard in _shards)
            shard.CopyValues(list);
        return list;
    }

    /// <summary>The values with most dialogs, the greatest first. However many values there are, no more than the count are kept meanwhile. A snapshot made part by part.</summary>
    /// <param name="count">The most to give, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below zero.</exception>
    public IReadOnlyList<DialogProfileValue> Top(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0)
            return [];
        var top = new PriorityQueue<DialogProfileValue, int>();
        foreach (ProfileShard shard in _shards)
            shard.CopyTop(top, count);
        var list = new DialogProfileValue[top.Count];
        for (int i = list.Length - 1; i >= 0; i--)
            list[i] = top.Dequeue();
        return list;
    }

    /// <summary>How many values there are; of a profile without values 1 while it has dialogs.</summary>
    public int ValueCount
    {
        get
        {
            int sum = 0;
            foreach (ProfileShard shard in _shards)
                sum += shard.ValueCount;
            return sum;
        }
    }

    /// <summary>The ids of the dialogs in the profile, in no order; one with several values comes several times.</summary>
    public IReadOnlyList<DialogId> DialogIds()
    {
        var list = new List<DialogId>();
        foreach (ProfileShard shard in _shards)
            shard.CopyDialogs(list);
        return list;
    }

    /// <summary>The ids of the dialogs with this value, the last to enter first.</summary>
    /// <param name="value">The value.</param>
    public IReadOnlyList<DialogId> DialogIds(ReadOnlySpan<byte> value)
    {
        var list = new List<DialogId>();
        ShardOf(value, out uint hash).CopyDialogs(value, hash, list);
        return list;
    }

    /// <summary>The dialogs in the profile, each once.</summary>
    public IReadOnlyList<Dialog> Dialogs() => Find(DialogIds());

    /// <summary>The dialogs with this value.</summary>
    /// <param name="value">The value.</param>
    public IReadOnlyList<Dialog> Dialogs(string value) => Find(DialogIds(new Utf8Text(value, stackalloc byte[Utf8Text.ScratchSize]).Bytes));

    /// <summary>Ends every dialog in the profile, each by itself: one that fails does not keep the others.</summary>
    /// <param name="reason">Kept as the reason of each end.</param>
    /// <returns>What came of each.</returns>
    public IReadOnlyList<DialogEnding> EndAll(string? reason) => EndAll(Dialogs(), reason);

    /// <summary>Ends every dialog with this value, each by itself.</summary>
    /// <param name="value">The value.</param>
    /// <param name="reason">Kept as the reason of each end.</param>
    /// <returns>What came of each.</returns>
    public IReadOnlyList<DialogEnding> EndAll(string value, string? reason) => EndAll(Dialogs(value), reason);

    internal ProfileShard ShardOf(ReadOnlySpan<byte> value, out uint hash) => _shards[ShardIndexOf(value, out hash)];

    internal int ShardIndexOf(ReadOnlySpan<byte> value, out uint hash)
    {
        ulong whole = HasValue ? ValueHash.Compute(value, _table.HashKey) : 0;
        hash = (uint)whole;
        return HasValue ? (int)(whole >> 32) & (ShardCount - 1) : 0;
    }

    private static List<DialogEnding> EndAll(IReadOnlyList<Dialog> dialogs, string? reason)
    {
        var endings = new List<DialogEnding>(dialogs.Count);
        foreach (Dialog dialog in dialogs)
        {
            try
            {
                endings.Add(new DialogEnding(dialog, dialog.Terminate(reason), null));
            }
            catch (Exception failure)
            {
                endings.Add(new DialogEnding(dialog, false, failure));
            }
        }

        return endings;
    }

    private ReadOnlySpan<byte> RequireNoValue() =>
        HasValue ? throw new ArgumentException($"The profile {Name} has values: give one.", "value") : default;

    private List<Dialog> Find(IReadOnlyList<DialogId> ids)
    {
        var dialogs = new List<Dialog>(ids.Count);
        var seen = new HashSet<DialogId>(ids.Count);
        foreach (DialogId id in ids)
        {
            if (seen.Add(id) && _table.Finder?.Invoke(id) is { } dialog)
                dialogs.Add(dialog);
        }

        return dialogs;
    }

    /// <summary>All locks at once, in order, so that the sum is one that was true at one instant.</summary>
    private int Total(bool own)
    {
        int sum = 0;
        foreach (ProfileShard shard in _shards)
            shard.Lock.Enter();
        foreach (ProfileShard shard in _shards)
        {
            sum += own ? shard.OwnCount : shard.Count;
            shard.Lock.Exit();
        }

        return sum;
    }
}
