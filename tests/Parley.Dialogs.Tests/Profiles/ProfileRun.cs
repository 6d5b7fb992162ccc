using System.Buffers;
using System.Text;

namespace Parley.Dialogs.Tests;

/// <summary>A profile table and a few dialogs of which only the chains are there.</summary>
internal sealed class ProfileRun
{
    public readonly long[] Chains;

    public ProfileRun(int dialogs, string withValue = "caller; gateway/s", string without = "active")
    {
        Chains = new long[dialogs];
        Table = new DialogProfileTable(new DialogOptions(), hashKey: 7);
        Table.Add(withValue, hasValue: true);
        Table.Add(without, hasValue: false);
        Caller = Table.Find("caller")!;
        Active = Table.Find("active")!;
    }

    public DialogProfileTable Table { get; }

    public DialogProfile Caller { get; }

    public DialogProfile Active { get; }

    public static DialogId Id(int dialog) => new((uint)dialog * 77, (uint)dialog);

    public DialogProfileResult Set(int dialog, string value, int? limit = null, bool isReplicated = false) =>
        Set(dialog, Caller, value, limit, isReplicated);

    public DialogProfileResult Set(int dialog, DialogProfile profile, string value = "", int? limit = null, bool isReplicated = false) =>
        Table.Set(ref Chains[dialog], Id(dialog), profile, Encoding.UTF8.GetBytes(value), isReplicated, limit);

    public bool Unset(int dialog, string value) => Unset(dialog, Caller, value);

    public bool Unset(int dialog, DialogProfile profile, string value = "") =>
        Table.Unset(ref Chains[dialog], Id(dialog), profile, Encoding.UTF8.GetBytes(value));

    public bool IsIn(int dialog, DialogProfile profile, string? value = null) =>
        Table.IsIn(ref Chains[dialog], Id(dialog), profile, value is null, Encoding.UTF8.GetBytes(value ?? ""));

    public void Leave(int dialog) => Table.Leave(ref Chains[dialog], Id(dialog));

    public string Memberships(int dialog)
    {
        var list = new List<DialogProfileMembership>();
        Table.CopyMemberships(ref Chains[dialog], Id(dialog), list);
        return string.Join(
            ' ',
            list.Select(membership => $"{membership.Profile.Name}={membership.Value}{(membership.IsReplicated ? "*" : "")}").Order()
        );
    }

    public string Text(int dialog)
    {
        var text = new ArrayBufferWriter<byte>();
        Table.WriteText(ref Chains[dialog], Id(dialog), text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>Everything that can be asked, in one text.</summary>
    public override string ToString()
    {
        IEnumerable<string> profiles = Table.All.Select(profile =>
        {
            string values = string.Join(
                ',',
                profile
                    .Values()
                    .Select(value => $"{value.Text}:{value.Count}/{profile.Size(value.Text)}/{profile.OwnSize(value.Utf8.Span)}")
                    .Order()
            );
            return $"{profile.Name} {profile.Size()}/{profile.OwnSize()} [{values}] {profile.DialogIds().Count}";
        });
        return string.Join(" | ", profiles.Concat(Enumerable.Range(0, Chains.Length).Select(Memberships)));
    }
}
