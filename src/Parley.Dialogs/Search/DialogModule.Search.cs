namespace Parley.Dialogs;

internal sealed partial class DialogModule
{
    public IEnumerable<Dialog> Search(DialogQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Search(new DialogFilter(query, Profiles), query.After);
    }

    public DialogPage SearchPage(DialogQuery query, int count, DialogId? after = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var page = new List<Dialog>();
        foreach (Dialog dialog in Search(new DialogFilter(query, Profiles), after ?? query.After))
        {
            if (page.Count == count)
                return new DialogPage(page, page[^1].Id);
            page.Add(dialog);
        }

        return new DialogPage(page, null);
    }

    public IEnumerable<Dialog> DialogsInOrder(int skip = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        return Table.InOrder(skip);
    }

    public DialogScope Load(DialogId id) => Load(Table.Find(id));

    public DialogScope Load(string didOrCallId)
    {
        ArgumentNullException.ThrowIfNull(didOrCallId);
        return Load(FindByDid(didOrCallId) ?? FindByCallId(didOrCallId));
    }

    private static DialogScope Load(Dialog? dialog) => dialog is null ? default : new DialogScope(dialog);

    private IEnumerable<Dialog> Search(DialogFilter filter, DialogId? after)
    {
        IEnumerable<Dialog> candidates = filter.Candidates(Table) is { } few ? DialogTable.InOrder(few, after) : Table.InOrder(after);
        foreach (Dialog dialog in candidates)
            if (filter.Matches(dialog))
                yield return dialog;
    }
}
