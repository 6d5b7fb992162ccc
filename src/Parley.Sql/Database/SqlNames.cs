using System.Buffers;

namespace Parley.Sql;

/// <summary>
/// The names of tables and columns, where an operator's differ. Names are letters, digits and underscores, at most 64, and no reserved word of the
/// database; a table may stand behind its schema and a dot. They are compared as the database compares unquoted names.
/// </summary>
public sealed class SqlNames
{
    private const int MaxLength = 64;

    private static readonly SearchValues<char> Characters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
    );

    /// <summary>The table of dialogs (<c>db_url</c>'s <c>table_name</c>).</summary>
    public string Dialog { get; set; } = "dialog";

    /// <summary>The table beside it, for what it cannot hold.</summary>
    public string DialogDetails { get; set; } = "parley_dialog";

    /// <summary>The table of registered contacts.</summary>
    public string Location { get; set; } = "location";

    /// <summary>The table beside it, for what it cannot hold.</summary>
    public string LocationDetails { get; set; } = "parley_location";

    /// <summary>The table of table versions.</summary>
    public string Version { get; set; } = "version";

    /// <summary>The table of call records.</summary>
    public string CallRecord { get; set; } = "cdr";

    /// <summary>The table of intermediate call records.</summary>
    public string IntermediateRecord { get; set; } = "cdr_intermediate";

    /// <summary>The table of the keys of call records that are in <see cref="Acc"/> and <see cref="MissedCalls"/>.</summary>
    public string CallRecordKey { get; set; } = "cdr_key";

    /// <summary>The table of call records that wait for a consumer.</summary>
    public string CallRecordOutbox { get; set; } = "cdr_outbox";

    /// <summary>The table of answered calls in the shape of OpenSIPS (<c>db_table_acc</c>).</summary>
    public string Acc { get; set; } = "acc";

    /// <summary>The table of calls that were not answered, in the shape of OpenSIPS (<c>db_table_missed_calls</c>).</summary>
    public string MissedCalls { get; set; } = "missed_calls";

    /// <summary>Columns of the table of dialogs that have another name: default name to own name, e.g. <c>callid</c> to <c>call_id</c>.</summary>
    public IDictionary<string, string> DialogColumns { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Columns of the table of contacts that have another name: default name to own name, e.g. <c>username</c> to <c>user</c>.</summary>
    public IDictionary<string, string> LocationColumns { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The name of a column of the table of contacts.</summary>
    /// <param name="column">Its default name.</param>
    internal string LocationColumn(string column) => LocationColumns.TryGetValue(column, out string? own) ? own : column;

    /// <summary>The name of a column of the table of dialogs.</summary>
    /// <param name="column">Its default name.</param>
    internal string DialogColumn(string column) => DialogColumns.TryGetValue(column, out string? own) ? own : column;

    /// <summary>The name that stands for a word of a migration.</summary>
    /// <param name="step">The number of the migration.</param>
    /// <param name="word">The word: perhaps the default name of a table or of a column.</param>
    internal string Of(int step, string word) =>
        word switch
        {
            "dialog" => Dialog,
            "parley_dialog" => DialogDetails,
            "location" => Location,
            "parley_location" => LocationDetails,
            "version" => Version,
            // An index is named after its table.
            _ when word.StartsWith("parley_dialog_", StringComparison.Ordinal) => string.Concat(
                DialogDetails.AsSpan(DialogDetails.IndexOf('.', StringComparison.Ordinal) + 1),
                word.AsSpan("parley_dialog".Length)
            ),
            _ when step == 1 => DialogColumn(word),
            _ when step == 2 => LocationColumn(word),
            _ => OfCallRecords(word),
        };

    private string OfCallRecords(string word)
    {
        // The longer before what it begins with.
        ReadOnlySpan<(string Default, string Own)> tables =
        [
            ("cdr_intermediate", IntermediateRecord),
            ("cdr_outbox", CallRecordOutbox),
            ("cdr_key", CallRecordKey),
            ("cdr", CallRecord),
            ("missed_calls", MissedCalls),
            ("acc", Acc),
        ];
        foreach ((string table, string own) in tables)
        {
            if (word == table)
                return own;
            if (word.StartsWith(table + "_", StringComparison.Ordinal) && word.EndsWith("_idx", StringComparison.Ordinal))
                return string.Concat(own.AsSpan(own.IndexOf('.', StringComparison.Ordinal) + 1), word.AsSpan(table.Length));
        }

        return word;
    }

    internal void Validate()
    {
        Check(Dialog, nameof(Dialog));
        Check(DialogDetails, nameof(DialogDetails));
        Check(Location, nameof(Location));
        Check(LocationDetails, nameof(LocationDetails));
        Check(Version, nameof(Version));
        Check(CallRecord, nameof(CallRecord));
        Check(IntermediateRecord, nameof(IntermediateRecord));
        Check(CallRecordKey, nameof(CallRecordKey));
        Check(CallRecordOutbox, nameof(CallRecordOutbox));
        Check(Acc, nameof(Acc));
        Check(MissedCalls, nameof(MissedCalls));
        string[] records = [CallRecord, IntermediateRecord, CallRecordKey, CallRecordOutbox, Acc, MissedCalls];
        if (records.Distinct().Count() < records.Length)
            throw new ArgumentException("SqlNames: the tables of call records are six, each with a name of its own.", nameof(CallRecord));
        foreach ((string column, string own) in DialogColumns)
        {
            if (!SqlDialogColumns.All.Contains(column))
                throw new ArgumentException(
                    $"SqlNames.DialogColumns: the table has no column '{column}'; it has {string.Join(", ", SqlDialogColumns.All)}.",
                    nameof(DialogColumns)
                );
            Check(own, nameof(DialogColumns));
        }

        foreach ((string column, string own) in LocationColumns)
        {
            if (!SqlLocationColumns.All.Contains(column))
                throw new ArgumentException(
                    $"SqlNames.LocationColumns: the table has no column '{column}'; it has {string.Join(", ", SqlLocationColumns.All)}.",
                    nameof(LocationColumns)
                );
            Check(own, nameof(LocationColumns));
        }

        string[] tables = [Dialog, DialogDetails, Location, LocationDetails, Version];
        if (tables.Distinct(StringComparer.OrdinalIgnoreCase).Count() < tables.Length)
            throw new ArgumentException(
                "SqlNames.Dialog, DialogDetails, Location, LocationDetails and Version are different tables.",
                nameof(Dialog)
            );
    }

    private static void Check(string name, string property)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        if (!IsName(name.AsSpan(dot + 1)) || (dot >= 0 && !IsName(name.AsSpan(0, dot))))
            throw new ArgumentException(
                $"SqlNames.{property}: '{name}' is no name: letters, digits and underscores, at most {MaxLength}, a table perhaps behind its schema and a dot.",
                property
            );
    }

    private static bool IsName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= MaxLength && !char.IsAsciiDigit(name[0]) && !name.ContainsAnyExcept(Characters);
}
