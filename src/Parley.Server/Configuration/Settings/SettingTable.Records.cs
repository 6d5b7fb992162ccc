using Parley.Registrar;
using Parley.Sql;
using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private static SettingSection Registrations =>
        new(
            "Registrations",
            "How registrations are kept in the database of the section Store.",
            [
                new ChoiceSetting<ServerConfiguration, LocationStoreMode>(
                    "Mode",
                    "When they are written: Realtime as they change, Delayed once in a Period, Shutdown at the stop only.",
                    c => c.Store.Locations.Mode,
                    (c, v) => c.Store.Locations.Mode = v,
                    Names<LocationStoreMode>()
                ),
                Seconds(
                    "Period",
                    "Time between two writes of the mode Delayed.",
                    c => c.Store.Locations.Period,
                    (c, v) => c.Store.Locations.Period = v,
                    0.1,
                    Day
                ),
                new ChoiceSetting<ServerConfiguration, LocationDurability>(
                    "Durability",
                    "In Realtime: the 200 to a REGISTER leaves before or soon after its rows are on the disk.",
                    c => c.Store.Locations.Durability,
                    (c, v) => c.Store.Locations.Durability = v,
                    Names<LocationDurability>()
                ),
                Seconds(
                    "MaxHold",
                    "The longest that such a 200 waits.",
                    c => c.Store.Locations.MaxHold,
                    (c, v) => c.Store.Locations.MaxHold = v,
                    0.001,
                    31
                ),
                new ChoiceSetting<ServerConfiguration, LocationStoreFailurePolicy>(
                    "WhenUnavailable",
                    "With Before, when the rows are not written in time: Refuse answers with 503, Degrade with 200.",
                    c => c.Store.Locations.WhenUnavailable,
                    (c, v) => c.Store.Locations.WhenUnavailable = v,
                    Names<LocationStoreFailurePolicy>()
                ),
                Seconds(
                    "RetryAfter",
                    "The Retry-After of such a 503.",
                    c => c.Store.Locations.RetryAfter,
                    (c, v) => c.Store.Locations.RetryAfter = v,
                    1,
                    Hour
                ),
                Seconds(
                    "CommitInterval",
                    "Changes of so long share one transaction.",
                    c => c.Store.Locations.CommitInterval,
                    (c, v) => c.Store.Locations.CommitInterval = v,
                    0,
                    1
                ),
                Number(
                    "CommitRows",
                    "The most rows of one transaction.",
                    c => c.Store.Locations.CommitRows,
                    (c, v) => c.Store.Locations.CommitRows = v,
                    1,
                    10_000
                ),
                new PathSetting<ServerConfiguration>(
                    "Journal",
                    "The file for what the database does not take in time; without effect where Store:UseJournal is false.",
                    c => c.Store.LocationJournal,
                    (c, v) => c.Store.LocationJournal = v,
                    "/var/lib/parley/journal-registrations",
                    "journal-registrations in the state directory"
                ),
                Seconds(
                    "Timeout",
                    "How long the database may take for one write.",
                    c => c.Store.Locations.StoreTimeout,
                    (c, v) => c.Store.Locations.StoreTimeout = v,
                    0.1,
                    Hour
                ),
                Seconds(
                    "Retry",
                    "How long to wait after a failure of the database before the next try.",
                    c => c.Store.Locations.Retry,
                    (c, v) => c.Store.Locations.Retry = v,
                    0.1,
                    Hour
                ),
                new TextSetting<ServerConfiguration>(
                    "DefaultDomain",
                    "The domain of rows that have none (OpenSIPS with use_domain off).",
                    c => c.Store.Locations.DefaultDomain,
                    (c, v) => c.Store.Locations.DefaultDomain = v,
                    "a domain",
                    ["example.com"],
                    standard: "such rows are passed over"
                ),
            ]
        );

    private static SettingSection CallRecords =>
        new(
            "CallRecords",
            "Records of calls that are over (CDRs), in the database of the section Store and in a file.",
            [
                Flag("Enabled", "Answered calls get records.", c => c.Store.KeepsCallRecords, (c, v) => c.Store.KeepsCallRecords = v),
                Flag(
                    "MissedCalls",
                    "Calls that were not answered get records too.",
                    c => c.Store.CallRecords.MissedCalls,
                    (c, v) => c.Store.CallRecords.MissedCalls = v
                ),
                Seconds(
                    "IntermediateInterval",
                    "A call that goes on gets an intermediate record each time this long has passed; 0: none.",
                    c => c.Store.CallRecords.IntermediateInterval,
                    (c, v) => c.Store.CallRecords.IntermediateInterval = v,
                    0,
                    20 * Day
                ),
                new ListSetting<ServerConfiguration, string>(
                    "Values",
                    "Names of the dialog values that go into the records.",
                    c => [.. c.Store.CallRecords.Values],
                    (c, v) =>
                    {
                        c.Store.CallRecords.Values.Clear();
                        foreach (var name in v)
                            c.Store.CallRecords.Values.Add(name);
                    },
                    static (string text, out string name) => (name = text).Length > 0,
                    "a name",
                    ["account"],
                    isDistinct: true
                ),
                new ChoiceSetting<ServerConfiguration, SqlCallRecordShape>(
                    "Tables",
                    "The table cdr of Parley, or acc and missed_calls as OpenSIPS has them.",
                    c => c.Store.CallRecordTables.Shape,
                    (c, v) => c.Store.CallRecordTables.Shape = v,
                    Names<SqlCallRecordShape>()
                ),
                new PathSetting<ServerConfiguration>(
                    "File",
                    "A file that gets each record as one line of JSON.",
                    c => c.Store.CallRecordFile.Path is { Length: > 0 } path ? path : null,
                    (c, v) => c.Store.CallRecordFile.Path = v ?? "",
                    "/var/log/parley/calls.jsonl",
                    "none"
                ),
                Scaled(
                    "FileSize",
                    "The file is rotated at this size; 0: never by size. MB.",
                    1_000_000,
                    c => c.Store.CallRecordFile.MaxSize,
                    (c, v) => c.Store.CallRecordFile.MaxSize = v,
                    0,
                    1_000_000
                ),
                Flag(
                    "FileDaily",
                    "The file is rotated at the first record of the next day (UTC).",
                    c => c.Store.CallRecordFile.Daily,
                    (c, v) => c.Store.CallRecordFile.Daily = v
                ),
                Number(
                    "KeepFiles",
                    "How many rotated files are kept; 0: all.",
                    c => c.Store.CallRecordFile.KeepFiles,
                    (c, v) => c.Store.CallRecordFile.KeepFiles = v,
                    0,
                    100_000
                ),
                Seconds(
                    "FileInterval",
                    "How often new records go to the file.",
                    c => c.Store.CallRecordFile.Interval,
                    (c, v) => c.Store.CallRecordFile.Interval = v,
                    0.01,
                    Hour
                ),
                Seconds(
                    "FileRetry",
                    "How long to wait after a failure of the file before the next try.",
                    c => c.Store.CallRecordFile.Retry,
                    (c, v) => c.Store.CallRecordFile.Retry = v,
                    0.01,
                    Hour
                ),
                Number(
                    "KeepDays",
                    "Records in the database of calls that began so many days ago are removed, a thousand rows at a time, at the start and each hour; 0: none. Those in acc and missed_calls stay.",
                    c => c.Store.KeepDays,
                    (c, v) => c.Store.KeepDays = v,
                    0,
                    36_500
                ),
            ]
        );
}
