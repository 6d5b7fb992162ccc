using System.Collections.Immutable;

namespace Parley.Dialogs;

/// <summary>The names of the 32 user flags of this application: each name has one bit, given when it is first used. Safe from any thread.</summary>
public sealed class DialogUserFlagTable
{
    /// <summary>How many flags there can be.</summary>
    public const int MaxFlags = 32;

    private ImmutableArray<string> _names = [];

    /// <summary>The names, each at the index of its bit.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The bit of this name, 0 to 31; a new name gets the next free one.</summary>
    /// <param name="name">Not empty; compared exactly.</param>
    /// <exception cref="ArgumentException">The name is empty, or all 32 flags have other names.</exception>
    public int Add(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ImmutableInterlocked.Update(
            ref _names,
            static (names, name) =>
                names.Contains(name) ? names
                : names.Length < MaxFlags ? names.Add(name)
                : throw new ArgumentException($"There are {MaxFlags} user flags; all have other names.", nameof(name)),
            name
        );
        return _names.IndexOf(name);
    }

    /// <summary>The bit of this name; -1 when it was never used.</summary>
    /// <param name="name">The name.</param>
    public int Find(string name) => _names.IndexOf(name);
}
