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
    /// The table sizes (<c>hash_size</c>) under which rows were written, powers of two: a row is found by its Call-ID through them. Empty: any size; then
    /// a look-up of a Call-ID needs an index on that column, or reads the table.
    /// </summary>
    public IList<int> HashSizes { get; } = [CoreHash.DefaultSize];

    /// <summary>The names of the user flags, each at the index of its bit: version 12 of the table has names in <c>script_flags</c>. A flag without a name is written as a number.</summary>
    public IList<string> UserFlagNames { get; } = [];

    /// <summary>How the records of calls are written, in the transactions of their dialogs' ends. Null: they are not.</summary>
    public SqlCallRecordOptions? CallRecords { get; set; }

    internal void Validate()
    {
        CallRecords?.Validate();
        foreach (int size in HashSizes)
        {
            if (size < 1 || !BitOperations.IsPow2(size))
                throw new ArgumentException($"SqlDialogStoreOptions.HashSizes are powers of two; {size} is none.", nameof(HashSizes));
        }

        if (UserFlagNames.Count > 32)
            throw new ArgumentException("SqlDialogStoreOptions.UserFlagNames has 32 names at most.", nameof(UserFlagNames));
        if (UserFlagNames.Any(static n => n.Contains(' ', StringComparison.Ordinal) || n.Any(char.IsControl)))
            throw new ArgumentException("SqlDialogStoreOptions.UserFlagNames: a name has no blank.", nameof(UserFlagNames));
    }
}
