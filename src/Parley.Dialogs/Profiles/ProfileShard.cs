namespace Parley.Dialogs;

/// <summary>
/// The values of a profile whose hashes fall here, with their members, under one lock. A size is the count of the set itself. Nothing is
/// called while the lock is held.
/// </summary>
internal sealed class ProfileShard
{
    private Slab<ProfileMember> _members;
    private Slab<ProfileValue> _values;
    private int[] _buckets = [];

    public Lock Lock { get; } = new();

    /// <summary>All members; read it under the lock.</summary>
    public int Count => _members.Count;

    /// <summary>All members that are no replicas; read it under the lock.</summary>
    public int OwnCount { get; private set; }

    /// <summary>Adds a member, unless that would make more than <paramref name="limit"/> of its value.</summary>
    /// <returns>The member's number; 0 when the limit is reached.</returns>
    public int Add(ReadOnlySpan<byte> value, uint hash, ulong dialog, long nextOfDialog, bool isReplicated, int limit)
    {
        lock (Lock)
        {
            int valueNumber = FindValue(value, hash);
            if ((valueNumber == 0 ? 0 : _values[valueNumber].Count) >= limit)
                return 0;
            if (valueNumber == 0)
                valueNumber = AddValue(value, hash);
            int number = _members.Take();
            ref ProfileValue of = ref _values[valueNumber];
            ref ProfileMember member = ref _members[number];
            member.Dialog = dialog;
            member.NextOfDialog = nextOfDialog;
            member.Value = valueNumber;
            member.Next = of.First;
            member.IsReplicated = isReplicated;
            if (of.First != 0)
                _members[of.First].Previous = number;
            of.First = number;
            of.Count++;
            CountOwn(ref of, isReplicated ? 0 : 1);
            return number;
        }
    }

    /// <summary>Takes a member out and says which membership of its dialog came after it.</summary>
    public long Remove(int number)
    {
        lock (Lock)
        {
            ref ProfileMember member = ref _members[number];
            ref ProfileValue of = ref _values[member.Value];
            if (member.Next != 0)
                _members[member.Next].Previous = member.Previous;
            if (member.Previous != 0)
                _members[member.Previous].Next = member.Next;
            else
                of.First = member.Next;
            of.Count--;
            CountOwn(ref of, member.IsReplicated ? 0 : -1);
            if (of.Count == 0)
                RemoveValue(member.Value);
            long next = member.NextOfDialog;
            _members.Give(number);
            return next;
        }
    }

    /// <summary>Whether this member has this value; and which membership of its dialog comes after it.</summary>
    public bool HasValue(int number, ReadOnlySpan<byte> value, out long nextOfDialog)
    {
        lock (Lock)
        {
            ref ProfileMember member = ref _members[number];
            nextOfDialog = member.NextOfDialog;
            return value.SequenceEqual(_values[member.Value].Text);
        }
    }

    public long NextOfDialog(int number)
    {
        lock (Lock)
            return _members[number].NextOfDialog;
    }

    public void SetNextOfDialog(int number, long next)
    {
        lock (Lock)
            _members[number].NextOfDialog = next;
    }

    /// <summary>Its node may change: a replica becomes this node's own at a takeover.</summary>
    public void SetReplicated(int number, bool isReplicated)
    {
        lock (Lock)
        {
            ref ProfileMember member = ref _members[number];
            if (member.IsReplicated == isReplicated)
                return;
            member.IsReplicated = isReplicated;
            CountOwn(ref _values[member.Value], isReplicated ? -1 : 1);
        }
    }

    /// <summary>The value's bytes, which are never changed.</summary>
    public byte[] Read(int number, out bool isReplicated, out long nextOfDialog)
    {
        lock (Lock)
        {
            ref ProfileMember member = ref _members[number];
            isReplicated = member.IsReplicated;
            nextOfDialog = member.NextOfDialog;
            return _values[member.Value].Text;
        }
    }

    public int Size(ReadOnlySpan<byte> value, uint hash, bool own)
    {
        lock (Lock)
        {
            int number = FindValue(value, hash);
            return number == 0 ? 0
                : own ? _values[number].Own
                : _values[number].Count;
        }
    }

    public void CopyValues(List<DialogProfileValue> list)
    {
        lock (Lock)
        {
            for (int number = 1; number <= _values.Highest; number++)
            {
                ref ProfileValue value = ref _values[number];
                if (value.Count > 0)
                    list.Add(new DialogProfileValue(value.Text, value.Count));
            }
        }
    }

    /// <summary>The greatest of the values here, into a queue of so many that has the smallest first.</summary>
    public void CopyTop(PriorityQueue<DialogProfileValue, int> top, int count)
    {
        lock (Lock)
        {
            for (int number = 1; number <= _values.Highest; number++)
            {
                ref ProfileValue value = ref _values[number];
                if (value.Count == 0)
                    continue;
                if (top.Count < count)
                    top.Enqueue(new DialogProfileValue(value.Text, value.Count), value.Count);
                else if (top.TryPeek(out _, out int smallest) && value.Count > smallest)
                    top.EnqueueDequeue(new DialogProfileValue(value.Text, value.Count), value.Count);
            }
        }
    }

    /// <summary>How many values have members. Under no lock: a number of a moment ago.</summary>
    public int ValueCount => _values.Count;

    public void CopyDialogs(ReadOnlySpan<byte> value, uint hash, List<DialogId> list)
    {
        lock (Lock)
        {
            int number = FindValue(value, hash);
            if (number != 0)
                CopyMembers(_values[number].First, list);
        }
    }

    public void CopyDialogs(List<DialogId> list)
    {
        lock (Lock)
        {
            for (int number = 1; number <= _values.Highest; number++)
                CopyMembers(_values[number].First, list);
        }
    }

    private void CopyMembers(int first, List<DialogId> list)
    {
        for (int number = first; number != 0; number = _members[number].Next)
            list.Add(DialogId.FromValue(_members[number].Dialog));
    }

    private void CountOwn(ref ProfileValue value, int change)
    {
        value.Own += change;
        OwnCount += change;
    }

    private int FindValue(ReadOnlySpan<byte> value, uint hash)
    {
        if (_buckets.Length == 0)
            return 0;
        int number = _buckets[hash & (uint)(_buckets.Length - 1)];
        while (number != 0 && !(_values[number].Hash == hash && value.SequenceEqual(_values[number].Text)))
            number = _values[number].NextInBucket;
        return number;
    }

    private int AddValue(ReadOnlySpan<byte> text, uint hash)
    {
        int number = _values.Take();
        ref ProfileValue value = ref _values[number];
        value.Text = text.IsEmpty ? [] : text.ToArray();
        value.Hash = hash;
        if (_values.Count > _buckets.Length)
            Rehash(); // which finds the new one not linked yet: its count is still 0
        ref int bucket = ref _buckets[hash & (uint)(_buckets.Length - 1)];
        value.NextInBucket = bucket;
        bucket = number;
        return number;
    }

    private void RemoveValue(int number)
    {
        ref int link = ref _buckets[_values[number].Hash & (uint)(_buckets.Length - 1)];
        while (link != number)
            link = ref _values[link].NextInBucket;
        link = _values[number].NextInBucket;
        _values.Give(number);
    }

    private void Rehash()
    {
        _buckets = new int[Math.Max(4, _buckets.Length * 2)];
        for (int number = 1; number <= _values.Highest; number++)
        {
            ref ProfileValue value = ref _values[number];
            if (value.Count == 0)
                continue;
            ref int bucket = ref _buckets[value.Hash & (uint)(_buckets.Length - 1)];
            value.NextInBucket = bucket;
            bucket = number;
        }
    }
}
