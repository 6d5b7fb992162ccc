using Parley.Dialogs;
using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private static SettingSection Store =>
        new(
            "Store",
            "Where calls, registrations and call records outlive the server.",
            [
                new ChoiceSetting<ServerConfiguration, StoreProvider>(
                    "Provider",
                    "The kind of database. None: a restart forgets all calls and registrations.",
                    c => c.Store.Provider,
                    (c, v) => c.Store.Provider = v,
                    Names<StoreProvider>()
                ),
                new PathSetting<ServerConfiguration>(
                    "File",
                    "The file of SQLite.",
                    c => c.Store.File,
                    (c, v) => c.Store.File = v,
                    "/var/lib/parley/parley.db",
                    "parley.db in the state directory"
                ),
                new TextSetting<ServerConfiguration>(
                    "Connection",
                    "How PostgreSQL or MySQL is reached, in the form of Npgsql or MySqlConnector. It holds a password: give it by the environment (Parley__Store__Connection), or keep the file to the server's user.",
                    c => c.Store.Connection,
                    (c, v) => c.Store.Connection = v,
                    "a connection string",
                    ["Host=db;Database=parley;Username=parley;Password=secret"]
                ),
                new ChoiceSetting<ServerConfiguration, DialogStoreMode>(
                    "Mode",
                    "When calls are written: Realtime as they change, Delayed once in a Period, Shutdown at the stop only (a crash loses them).",
                    c => c.Store.Dialogs.Mode,
                    (c, v) => c.Store.Dialogs.Mode = v,
                    Names<DialogStoreMode>()
                ),
                Seconds(
                    "Period",
                    "Time between two writes of the mode Delayed.",
                    c => c.Store.Dialogs.Period,
                    (c, v) => c.Store.Dialogs.Period = v,
                    0.1,
                    Day
                ),
                new ChoiceSetting<ServerConfiguration, DialogDurability>(
                    "Durability",
                    "In Realtime: the 2xx that answers a call, and that of the BYE that ends it, leave before or soon after their row is on the disk.",
                    c => c.Store.Dialogs.Durability,
                    (c, v) => c.Store.Dialogs.Durability = v,
                    Names<DialogDurability>()
                ),
                Seconds(
                    "MaxHold",
                    "The longest that such a 2xx waits; then it leaves all the same.",
                    c => c.Store.Dialogs.MaxHold,
                    (c, v) => c.Store.Dialogs.MaxHold = v,
                    0.001,
                    30
                ),
                new ChoiceSetting<ServerConfiguration, DialogStoreOutagePolicy>(
                    "WhenUnavailable",
                    "In Realtime, while neither the database nor the journal takes rows: Refuse answers new calls with 503, Degrade lets them pass and catches up.",
                    c => c.Store.Dialogs.WhenUnavailable,
                    (c, v) => c.Store.Dialogs.WhenUnavailable = v,
                    Names<DialogStoreOutagePolicy>()
                ),
                Seconds(
                    "RetryAfter",
                    "The Retry-After of such a 503.",
                    c => c.Store.Dialogs.RetryAfter,
                    (c, v) => c.Store.Dialogs.RetryAfter = v,
                    1,
                    Hour
                ),
                Flag(
                    "UseJournal",
                    "What the database does not take in time goes to a local file, which survives a crash, and to the database when it is back.",
                    c => c.Store.UsesJournal,
                    (c, v) => c.Store.UsesJournal = v
                ),
                new PathSetting<ServerConfiguration>(
                    "Journal",
                    "That file.",
                    c => c.Store.Journal,
                    (c, v) => c.Store.Journal = v,
                    "/var/lib/parley/journal",
                    "journal in the state directory"
                ),
                Seconds(
                    "Timeout",
                    "How long the database may take for one write before it counts as away.",
                    c => c.Store.Dialogs.StoreTimeout,
                    (c, v) => c.Store.Dialogs.StoreTimeout = v,
                    0.01,
                    Hour
                ),
                Seconds(
                    "Retry",
                    "How long to wait after a failure of the database before the next try.",
                    c => c.Store.Dialogs.Retry,
                    (c, v) => c.Store.Dialogs.Retry = v,
                    0.1,
                    Hour
                ),
                Seconds(
                    "CommitInterval",
                    "Changes of so long share one transaction.",
                    c => c.Store.Dialogs.CommitInterval,
                    (c, v) => c.Store.Dialogs.CommitInterval = v,
                    0,
                    1
                ),
                Number(
                    "CommitRows",
                    "The most rows of one transaction.",
                    c => c.Store.Dialogs.CommitRows,
                    (c, v) => c.Store.Dialogs.CommitRows = v,
                    1,
                    10_000
                ),
                Flag(
                    "EarlyDialogs",
                    "Calls are stored before they are answered too.",
                    c => c.Store.Dialogs.StoreEarlyDialogs,
                    (c, v) => c.Store.Dialogs.StoreEarlyDialogs = v
                ),
                Number(
                    "LoadFirst",
                    "At the start, how many calls are loaded before the server listens; the rest follows in the background.",
                    c => c.Store.Dialogs.LoadFirst,
                    (c, v) => c.Store.Dialogs.LoadFirst = v,
                    0,
                    100_000_000
                ),
                Seconds(
                    "LoadTime",
                    "At the start, after how long the server listens, loaded or not.",
                    c => c.Store.Dialogs.LoadTime,
                    (c, v) => c.Store.Dialogs.LoadTime = v,
                    0.1,
                    Hour
                ),
                Seconds(
                    "FindTimeout",
                    "The longest look-up of a call that is not loaded yet.",
                    c => c.Store.Dialogs.FindTimeout,
                    (c, v) => c.Store.Dialogs.FindTimeout = v,
                    0.01,
                    30
                ),
                Number(
                    "MaxFinds",
                    "The most look-ups at one time.",
                    c => c.Store.Dialogs.MaxFinds,
                    (c, v) => c.Store.Dialogs.MaxFinds = v,
                    1,
                    1_000
                ),
                new ListSetting<ServerConfiguration, string>(
                    "ListenerMap",
                    "After a move: sockets of stored calls that are no listeners here, and the listener in their place.",
                    c => [.. c.Store.Dialogs.ListenerMap.Select(static p => $"{p.Key}={p.Value}")],
                    (c, v) => Fill(c.Store.Dialogs.ListenerMap, v),
                    static (string text, out string pair) => (pair = text).Split('=') is [{ Length: > 0 }, { Length: > 0 }],
                    "old=new, both proto:address:port",
                    ["udp:192.0.2.1:5060=udp:192.0.2.2:5060"]
                ),
                Flag(
                    "AcceptAnySocket",
                    "A stored call whose socket is no listener here gets the first listener of its transport. False: it is passed over.",
                    c => c.Store.Dialogs.AcceptAnySocket,
                    (c, v) => c.Store.Dialogs.AcceptAnySocket = v
                ),
                new TextSetting<ServerConfiguration>(
                    "Node",
                    "The name of this server in rows and call records.",
                    c => c.Store.Dialogs.Node,
                    (c, v) => c.Store.Dialogs.Node = c.Store.Database.Node = c.Store.CallRecords.Node = v ?? "",
                    "a name of at most 64 characters",
                    ["node1"],
                    static text => text.Length <= 64 && !text.Any(char.IsControl)
                ),
                new ChoiceSetting<ServerConfiguration, StoreMigration>(
                    "Migrate",
                    "Whether a start makes the tables and brings them to their newest form. Auto: those of SQLite only; for others parley db migrate does.",
                    c => c.Store.Migration,
                    (c, v) =>
                    {
                        c.Store.Migration = v;
                        c.Store.Tables.Migrate = v == StoreMigration.Auto ? null : v == StoreMigration.Yes;
                    },
                    Names<StoreMigration>()
                ),
                Table(
                    "DialogTable",
                    "The table of calls.",
                    c => c.Store.Database.Names.Dialog,
                    (c, v) => c.Store.Database.Names.Dialog = v
                ),
                Table(
                    "DetailsTable",
                    "The table beside it, for what the columns of OpenSIPS cannot hold.",
                    c => c.Store.Database.Names.DialogDetails,
                    (c, v) => c.Store.Database.Names.DialogDetails = v
                ),
                Table(
                    "LocationTable",
                    "The table of registrations.",
                    c => c.Store.Database.Names.Location,
                    (c, v) => c.Store.Database.Names.Location = v
                ),
                Table(
                    "LocationDetailsTable",
                    "The table beside it.",
                    c => c.Store.Database.Names.LocationDetails,
                    (c, v) => c.Store.Database.Names.LocationDetails = v
                ),
                Table(
                    "CallRecordTable",
                    "The table of call records.",
                    c => c.Store.Database.Names.CallRecord,
                    (c, v) => c.Store.Database.Names.CallRecord = v
                ),
                Table(
                    "IntermediateTable",
                    "The table of intermediate call records.",
                    c => c.Store.Database.Names.IntermediateRecord,
                    (c, v) => c.Store.Database.Names.IntermediateRecord = v
                ),
                Table(
                    "CallRecordKeyTable",
                    "The table of the keys of records in acc and missed_calls.",
                    c => c.Store.Database.Names.CallRecordKey,
                    (c, v) => c.Store.Database.Names.CallRecordKey = v
                ),
                Table(
                    "OutboxTable",
                    "The table of call records on their way to the file.",
                    c => c.Store.Database.Names.CallRecordOutbox,
                    (c, v) => c.Store.Database.Names.CallRecordOutbox = v
                ),
                Table("AccTable", "The table acc.", c => c.Store.Database.Names.Acc, (c, v) => c.Store.Database.Names.Acc = v),
                Table(
                    "MissedCallsTable",
                    "The table missed_calls.",
                    c => c.Store.Database.Names.MissedCalls,
                    (c, v) => c.Store.Database.Names.MissedCalls = v
                ),
                Table(
                    "VersionTable",
                    "The table of table versions.",
                    c => c.Store.Database.Names.Version,
                    (c, v) => c.Store.Database.Names.Version = v
                ),
                new ListSetting<ServerConfiguration, string>(
                    "DialogColumns",
                    "Columns of the table of calls that have another name.",
                    c => [.. c.Store.Database.Names.DialogColumns.Select(static p => $"{p.Key}={p.Value}")],
                    (c, v) => Fill(c.Store.Database.Names.DialogColumns, v),
                    static (string text, out string pair) => (pair = text).Split('=') is [{ Length: > 0 }, { Length: > 0 }],
                    "default=own",
                    ["callid=call_id"]
                ),
                new ListSetting<ServerConfiguration, string>(
                    "LocationColumns",
                    "Columns of the table of registrations that have another name.",
                    c => [.. c.Store.Database.Names.LocationColumns.Select(static p => $"{p.Key}={p.Value}")],
                    (c, v) => Fill(c.Store.Database.Names.LocationColumns, v),
                    static (string text, out string pair) => (pair = text).Split('=') is [{ Length: > 0 }, { Length: > 0 }],
                    "default=own",
                    ["received=nat_address"]
                ),
                Flag(
                    "Rehash",
                    "Rows of calls that another hash_size wrote get the ids that they have under Dialogs:HashSize; that reads the whole table at the start. False: they are passed over.",
                    c => c.Store.Tables.Rehash,
                    (c, v) => c.Store.Tables.Rehash = v
                ),
                new ListSetting<ServerConfiguration, string>(
                    "UserFlagNames",
                    "Names of the user flags, each at the place of its bit: version 12 of the table of calls has names.",
                    c => [.. c.Store.Tables.UserFlagNames],
                    (c, v) =>
                    {
                        c.Store.Tables.UserFlagNames.Clear();
                        foreach (var name in v)
                            c.Store.Tables.UserFlagNames.Add(name);
                    },
                    static (string text, out string name) => (name = text).Length > 0 && !text.Contains(' ', StringComparison.Ordinal),
                    "a name without blanks",
                    ["recorded"]
                ),
                Seconds(
                    "BusyTimeout",
                    "How long a statement waits for a lock of another connection.",
                    c => c.Store.Database.BusyTimeout,
                    (c, v) => c.Store.Database.BusyTimeout = v,
                    1,
                    Hour
                ),
                Seconds(
                    "OwnershipWait",
                    "How long a start waits for tables that another server has.",
                    c => c.Store.Database.OwnershipWait,
                    (c, v) => c.Store.Database.OwnershipWait = v,
                    0,
                    Hour
                ),
                Flag(
                    "SyncToDisk",
                    "A commit is on the disk when it returns. False: a loss of power may take the last commits with it.",
                    c => c.Store.Database.IsDurable,
                    (c, v) => c.Store.Database.IsDurable = v
                ),
            ]
        );

    private static TextSetting<ServerConfiguration> Table(
        string name,
        string description,
        Func<ServerConfiguration, string> get,
        Action<ServerConfiguration, string> set
    ) =>
        new(
            name,
            description,
            get,
            (c, v) => set(c, v!),
            "letters, digits and underscores, perhaps behind a schema and a dot",
            ["opensips.dialog"],
            static text => text.Length is > 0 and <= 129 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.')
        );

    private static void Fill(IDictionary<string, string> map, IReadOnlyList<string> pairs)
    {
        map.Clear();
        foreach (var pair in pairs)
            map[pair.Split('=')[0]] = pair.Split('=')[1];
    }
}
