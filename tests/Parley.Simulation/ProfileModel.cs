using Parley.Dialogs;

namespace Parley.Simulation;

/// <summary>The profiles a second time, as plain sets: what the product says of its own must be the same at every moment between two events.</summary>
internal sealed class ProfileModel(IDialogApi dialogs, Violations violations)
{
    private readonly Dictionary<(string Profile, string Value), HashSet<DialogId>> _sets = [];
    private readonly Dictionary<DialogId, List<(string Profile, string Value)>> _former = [];

    /// <summary>Puts a dialog into a profile, both here and there.</summary>
    public bool Set(Dialog dialog, string profile, string value, int? limit = null)
    {
        DialogProfile there = dialogs.FindProfile(profile)!;
        HashSet<DialogId> set = Of(profile, value);
        DialogProfileResult result = there.HasValue
            ? there.Set(dialog, System.Text.Encoding.UTF8.GetBytes(value), isReplicated: false, limit)
            : there.Set(dialog);
        bool fits = result switch
        {
            DialogProfileResult.Added => set.Add(dialog.Id) && (limit is null || set.Count <= limit),
            DialogProfileResult.Member => set.Contains(dialog.Id),
            DialogProfileResult.LimitReached => limit is not null && set.Count >= limit && !set.Contains(dialog.Id),
            _ => dialog.State == DialogState.Deleted,
        };
        if (!fits)
            violations.Add(
                $"dialog {dialog.Id}: {profile} {value} with {set.Count} members and limit {limit} gave {result} in state {dialog.State}",
                dialog.CallId
            );
        return result is DialogProfileResult.Added or DialogProfileResult.Member;
    }

    public void Unset(Dialog dialog, string profile, string value)
    {
        bool was = Of(profile, value).Remove(dialog.Id);
        if (dialogs.FindProfile(profile)!.Unset(dialog, value) != was)
            violations.Add($"dialog {dialog.Id}: {profile} {value} unset gave {!was}", dialog.CallId);
    }

    /// <summary>In Terminated, Expired and Failed: it is off everything already.</summary>
    public void Left(Dialog dialog)
    {
        List<(string, string)> left = [];
        foreach (((string, string) place, HashSet<DialogId> set) in _sets)
        {
            if (set.Remove(dialog.Id))
                left.Add(place);
        }

        _former[dialog.Id] = left;
        if (dialog.Profiles.ToList().Count != 0)
            violations.Add($"dialog {dialog.Id}: over and still in {dialog.Profiles.ToList()[0].Profile.Name}", dialog.CallId);
    }

    /// <summary>In Confirmed: one that had failed is in all that it left then.</summary>
    public void Answered(Dialog dialog)
    {
        if (!_former.Remove(dialog.Id, out List<(string Profile, string Value)>? left))
            return;
        foreach ((string, string) place in left)
            Of(place.Item1, place.Item2).Add(dialog.Id);
        if (dialog.Profiles.ToList().Count != left.Count)
            violations.Add(
                $"dialog {dialog.Id}: answered after a failure and in {dialog.Profiles.ToList().Count} of {left.Count} profiles",
                dialog.CallId
            );
    }

    /// <summary>Between two events.</summary>
    public void Compare()
    {
        foreach (DialogProfile profile in dialogs.Profiles.All)
        {
            int size = 0;
            foreach (((string name, string value), HashSet<DialogId> set) in _sets)
            {
                if (name != profile.Name)
                    continue;
                size += set.Count;
                int there = profile.HasValue ? profile.Size(value) : profile.Size();
                if (there != set.Count)
                    violations.Add($"profile {name} {value}: size {there}, not {set.Count}");
                if (profile.HasValue && !set.SetEquals(profile.DialogIds(System.Text.Encoding.UTF8.GetBytes(value))))
                    violations.Add($"profile {name} {value}: other dialogs than were put in");
            }

            if (profile.Size() != size)
                violations.Add($"profile {profile.Name}: size {profile.Size()}, not {size}");
        }
    }

    private HashSet<DialogId> Of(string profile, string value)
    {
        if (!_sets.TryGetValue((profile, value), out HashSet<DialogId>? set))
            _sets.Add((profile, value), set = []);
        return set;
    }
}
