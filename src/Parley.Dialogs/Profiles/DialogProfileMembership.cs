using System.Text;

namespace Parley.Dialogs;

/// <summary>That a dialog is in a profile.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Utf8">With which value; empty in a profile without values.</param>
/// <param name="IsReplicated">The dialog is another node's, known here by replication.</param>
public readonly record struct DialogProfileMembership(DialogProfile Profile, ReadOnlyMemory<byte> Utf8, bool IsReplicated)
{
    /// <summary>The value as text; allocates.</summary>
    public string Value => Encoding.UTF8.GetString(Utf8.Span);
}
