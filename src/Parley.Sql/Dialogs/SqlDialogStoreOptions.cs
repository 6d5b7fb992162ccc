using System.Numerics;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>How dialogs are kept in a database.</summary>
public sealed class SqlDialogStoreOptions
{
    /// <summary>
    /// The tables are made, and brought to their newest form, when the store is opened. Else a start with tables that are missing or older stops and
    /// says so. Null: yes for SQLite, no for the others, whose tables are the administrator's.
    /// </summary>
    public bool? Migrate { get; set; }

    /// <summary>
    /// The number of entries of this application's table of dialogs (<c>hash_size</c>, <see cref="DialogOptions.HashSize"/>), a power of two: an id begins
    /// with the hash of the Call-ID under it, and a row is found by its Call-ID through it.
    /// </summary>
    public int HashSize { get; set; } = CoreHash.DefaultSize;

    /// <summary>
    /// Rows that were written under another <c>hash_size</c> get, when the store is opened, the ids that they have under this one; that reads the whole table.
    /// False: such rows stay, and are not loaded.
    /// </summary>
    public bool Rehash { get; set; }

    /// <summary>The names of the user flags, each at the index of its bit: version 12 of the table has names in <c>script_flags</c>. A flag without a name is written as a number.</summary>
    public IList<string> UserFlagNames { get; } = [];

    /// <summary>How the records of calls are written, in the transactions of their dialogs' ends. Null: they are not.</summary>
    public SqlCallRecordOptions? CallRecords { get; set; }

    internal void Validate()
    {
        CallRecords?.Validate();
        if (HashSize is < 1 or > 1 << 24 || !BitOperations.IsPow2(HashSize))
            throw new ArgumentException(
                $"SqlDialogStoreOptions.HashSize is a power of two from 1 to 2^24, not {HashSize}.",
                nameof(HashSize)
            );
        if (UserFlagNames.Count > 32)
            throw new ArgumentException("SqlDialogStoreOptions.UserFlagNames has 32 names at most.", nameof(UserFlagNames));
        if (UserFlagNames.Any(static n => n.Contains(' ', StringComparison.Ordinal) || n.Any(char.IsControl)))
            throw new ArgumentException("SqlDialogStoreOptions.UserFlagNames: a name has no blank.", nameof(UserFlagNames));
    }
}
