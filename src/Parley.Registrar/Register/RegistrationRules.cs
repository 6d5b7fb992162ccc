namespace Parley.Registrar;

/// <summary>RFC 3261 10.3 steps 6 and 7 on the bindings of one address: a pure function, all or nothing.</summary>
internal static class RegistrationRules
{
    /// <summary>Applies an update to the live bindings.</summary>
    /// <param name="current">What is there and has not expired.</param>
    /// <param name="update">What is asked.</param>
    /// <param name="now">The table's milliseconds.</param>
    /// <param name="options">The limit per address, and what happens beyond it.</param>
    /// <param name="ids">Gives new contacts of the address their ids.</param>
    /// <param name="next">The new bindings when Done.</param>
    public static RegistrationOutcome Apply(
        ReadOnlySpan<Binding> current,
        RegistrationUpdate update,
        long now,
        RegistrarOptions options,
        ContactIds ids,
        out Binding[] next
    )
    {
        next = [];
        if (update.RemovesAll)
        {
            foreach (var binding in current)
            {
                if (IsOutOfOrder(binding, update))
                    return RegistrationOutcome.OutOfOrder;
            }
            return RegistrationOutcome.Done;
        }
        var list = new List<Binding>(current.Length + update.Contacts.Count);
        list.AddRange(current);
        foreach (var contact in update.Contacts)
        {
            var index = Find(list, contact);
            // A contact named twice in one REGISTER is compared with what was there before it.
            if (index >= 0 && current.Contains(list[index]) && IsOutOfOrder(list[index], update))
                return RegistrationOutcome.OutOfOrder;
            if (contact.Seconds == 0)
            {
                if (index >= 0)
                    list.RemoveAt(index);
                continue;
            }
            var expiresAt = contact.Seconds == long.MaxValue ? long.MaxValue : now + (contact.Seconds * 1000);
            var binding = new Binding(
                index >= 0 ? list[index].ContactId : ids.Next(list),
                contact.Uri,
                contact.Q,
                now,
                expiresAt,
                update.CallId,
                update.CSeq,
                update.Path,
                update.Flow,
                contact.SendOverFlow,
                contact.InstanceId,
                contact.RegId,
                update.UserAgent
            );
            if (index >= 0)
                list[index] = binding;
            else
                list.Add(binding);
        }
        if (list.Count > options.MaxContacts && list.Count > current.Length && !TryMakeRoom(list, current, options))
            return RegistrationOutcome.TooManyContacts;
        next = SortedByQ(list);
        return RegistrationOutcome.Done;
    }

    /// <summary>Drops what was registered longest ago, where that is the policy. What this update binds and what code has bound stays.</summary>
    private static bool TryMakeRoom(List<Binding> list, ReadOnlySpan<Binding> current, RegistrarOptions options)
    {
        if (options.ContactLimit != ContactLimitPolicy.ReplaceOldest)
            return false;
        while (list.Count > options.MaxContacts)
        {
            Binding? oldest = null;
            foreach (Binding binding in list)
            {
                if (binding.CallId.Length == 0 || !current.Contains(binding))
                    continue;
                if (oldest is null || binding.RegisteredAt < oldest.RegisteredAt)
                    oldest = binding;
            }
            if (oldest is null)
                return false;
            list.Remove(oldest);
        }
        return true;
    }

    /// <summary>The place of the binding that this contact means, by URI comparison (19.1.4).</summary>
    private static int Find(List<Binding> list, ContactUpdate contact)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Contact.Equals(contact.Uri))
                return i;
        }
        return -1;
    }

    private static bool IsOutOfOrder(Binding binding, RegistrationUpdate update) =>
        !update.IsLocal && update.CSeq <= binding.CSeq && string.Equals(binding.CallId, update.CallId, StringComparison.Ordinal);

    // Insertion sort: stable, and an address has few contacts.
    private static Binding[] SortedByQ(List<Binding> list)
    {
        var sorted = list.ToArray();
        for (var i = 1; i < sorted.Length; i++)
        {
            var binding = sorted[i];
            var j = i;
            for (; j > 0 && sorted[j - 1].Q < binding.Q; j--)
                sorted[j] = sorted[j - 1];
            sorted[j] = binding;
        }
        return sorted;
    }
}
