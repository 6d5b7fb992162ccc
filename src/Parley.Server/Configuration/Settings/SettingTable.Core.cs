using Parley.Hosting;
using Parley.Transactions;
using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private const double LongestTimer = 600;

    private static SettingSection Timers =>
        new(
            "Timers",
            "RFC 3261 table 4 and RFC 6026; the letters are theirs.",
            [
                Seconds("T1", "Round-trip estimate.", c => c.Timers.T1, (c, v) => c.Timers.T1 = v, 0.01, 10),
                Seconds("T2", "Longest retransmission interval.", c => c.Timers.T2, (c, v) => c.Timers.T2 = v, 0.01, 60),
                Seconds("T4", "How long a message lives in the network.", c => c.Timers.T4, (c, v) => c.Timers.T4 = v, 0.01, 60),
                Timer("T1", "A", "First interval between INVITEs over UDP.", t => t.TimerA, (t, v) => t.TimerA = v),
                Timer("64*T1", "B", "Time for an INVITE to get any response.", t => t.TimerB, (t, v) => t.TimerB = v),
                Seconds("C", "How long a branch of an INVITE may be silent.", c => c.Proxy.TimerC, (c, v) => c.Proxy.TimerC = v, 180, Day),
                Timer(
                    "32 s",
                    "D",
                    "How long repeated failures of an INVITE are acknowledged over UDP.",
                    t => t.TimerD,
                    (t, v) => t.TimerD = v
                ),
                Timer("T1", "E", "First interval between other requests over UDP.", t => t.TimerE, (t, v) => t.TimerE = v),
                Timer("64*T1", "F", "Time for another request to get a final response.", t => t.TimerF, (t, v) => t.TimerF = v),
                Timer("T1", "G", "First interval between failure responses to an INVITE over UDP.", t => t.TimerG, (t, v) => t.TimerG = v),
                Timer("64*T1", "H", "Time for the ACK of a failure to come.", t => t.TimerH, (t, v) => t.TimerH = v),
                Timer("T4", "I", "How long repeated ACKs are absorbed over UDP.", t => t.TimerI, (t, v) => t.TimerI = v),
                Timer("64*T1", "J", "How long repeated other requests are answered over UDP.", t => t.TimerJ, (t, v) => t.TimerJ = v),
                Timer(
                    "T4",
                    "K",
                    "How long repeated responses to other requests are absorbed over UDP.",
                    t => t.TimerK,
                    (t, v) => t.TimerK = v
                ),
                Timer("64*T1", "L", "How long repeated INVITEs are absorbed after a 2xx.", t => t.TimerL, (t, v) => t.TimerL = v),
                Timer("64*T1", "M", "How long further 2xx of an INVITE are passed on.", t => t.TimerM, (t, v) => t.TimerM = v),
                SecondsOr(
                    "64*T1",
                    "FirstResponse",
                    "How long a branch may stay without any response, a 100 included, at each address.",
                    c => c.Proxy.Relay.FirstResponseTimeout,
                    (c, v) => c.Proxy.Relay.FirstResponseTimeout = v,
                    0.1,
                    LongestTimer
                ),
                SecondsOr(
                    "timer C, of other requests 64*T1",
                    "FinalResponse",
                    "How long a branch may stay without a final response; an INVITE that rings is cancelled then.",
                    c => c.Proxy.Relay.FinalResponseTimeout,
                    (c, v) => c.Proxy.Relay.FinalResponseTimeout = v,
                    0.1,
                    Day
                ),
                Seconds(
                    "TryingDelay",
                    "How long an INVITE waits for another response before it gets a 100 (17.2.1 allows up to 0.2 s).",
                    c => c.Timers.TryingDelay,
                    (c, v) => c.Timers.TryingDelay = v,
                    0,
                    0.2
                ),
            ]
        );

    private static SettingSection Proxy =>
        new(
            "Proxy",
            "How requests are relayed.",
            [
                Number(
                    "MaxForwards",
                    "Max-Forwards put into a request that has none (RFC 3261 16.6 step 3).",
                    c => c.Proxy.MaxForwards,
                    (c, v) => c.Proxy.MaxForwards = v,
                    1,
                    255
                ),
                Flag(
                    "DoubleRecordRoute",
                    "Two Record-Routes when a call changes its listener, address family or transport here (RFC 5658).",
                    c => c.Proxy.DoubleRecordRoute,
                    (c, v) => c.Proxy.DoubleRecordRoute = v
                ),
                new TextSetting<ServerConfiguration>(
                    "ServerHeader",
                    "Server header of the server's own responses.",
                    c => c.Proxy.ServerHeader,
                    (c, v) => c.Proxy.ServerHeader = v,
                    "a text of one line",
                    ["Parley"],
                    static text => !text.Any(char.IsControl),
                    "none"
                ),
                Number(
                    "MaxBranches",
                    "Branches of one request at its first arrival; further targets are left out.",
                    c => c.Proxy.MaxBranches,
                    (c, v) => c.Proxy.MaxBranches = v,
                    1,
                    1_000
                ),
                Number(
                    "MaxBreadth",
                    "Branches of one request at once, here and at all proxies behind (RFC 5393); beyond: 440.",
                    c => c.Proxy.MaxBreadth,
                    (c, v) => c.Proxy.MaxBreadth = v,
                    1,
                    1_000
                ),
                Number(
                    "MaxSpiralBranches",
                    "Branches of one request over all its returns; beyond: 440.",
                    c => c.Proxy.MaxSpiralBranches,
                    (c, v) => c.Proxy.MaxSpiralBranches = v,
                    1,
                    10_000
                ),
                Number(
                    "MaxReturns",
                    "How often one request may come back; once more: 482.",
                    c => c.Proxy.MaxReturns,
                    (c, v) => c.Proxy.MaxReturns = v,
                    0,
                    70
                ),
                Flag(
                    "RecurseOnRedirect",
                    "Contacts of a 3xx become new targets instead of going to the caller.",
                    c => c.Proxy.RecurseOnRedirect,
                    (c, v) => c.Proxy.RecurseOnRedirect = v
                ),
                Number(
                    "MaxDatagramRequest",
                    "Bytes above which a request leaves over TCP in place of UDP where there is a TCP listener (RFC 3261 18.1.1).",
                    c => c.Proxy.MaxDatagramRequest,
                    (c, v) => c.Proxy.MaxDatagramRequest = v,
                    500,
                    65_535
                ),
                Flag(
                    "DetectLoops",
                    "Looks for loops by a hash in the server's own Via (RFC 5393 4.2).",
                    c => c.Proxy.DetectLoops,
                    (c, v) => c.Proxy.DetectLoops = v
                ),
                Flag(
                    "RejectMerged",
                    "Refuses with 482 what the server itself answers and has come twice by different ways (RFC 3261 8.2.2.2).",
                    c => c.Transactions.RejectMerged,
                    (c, v) => c.Transactions.RejectMerged = v
                ),
                Number(
                    "DrainRetryAfter",
                    "Retry-After of the 503 while draining, in seconds.",
                    c => c.Proxy.DrainRetryAfter,
                    (c, v) => c.Proxy.DrainRetryAfter = v,
                    0,
                    86_400
                ),
                Seconds(
                    "StopTimeout",
                    "How long the end waits for requests without a final response.",
                    c => c.Proxy.StopTimeout,
                    (c, v) => c.Proxy.StopTimeout = v,
                    0,
                    Hour
                ),
            ]
        );

    private static SettingSection Runtime =>
        new(
            "Runtime",
            "The process.",
            [
                Flag(
                    "WarmUp",
                    "Takes a call through the code, on loopback, before the server listens, so that the first request need not wait until it is compiled.",
                    c => c.WarmsUp,
                    (c, v) => c.WarmsUp = v
                ),
                Scaled(
                    "GcPacing",
                    "KiB allocated between two collections of the young objects (docs/design/hot-path.md); 0 leaves it to the runtime.",
                    1_024,
                    c => c.GcPacing,
                    (c, v) => c.GcPacing = v,
                    0,
                    1_048_576
                ),
            ]
        );

    private static SettingSection Log =>
        new(
            "Log",
            "The log on standard output. Levels are in Logging, beside Parley.",
            [
                new ChoiceSetting<ServerConfiguration, (ConsoleLogFormat Format, bool WithPriorities)>(
                    "Format",
                    "What a line looks like. Text: for people. Json: one object a line, with each value of the message under its name. Systemd: text with the journal's priorities. Run by systemd, Text and Json have them too.",
                    c => (c.Log.Format, c.LogsWithPriorities),
                    (c, v) => (c.Log.Format, c.LogsWithPriorities) = v,
                    ("Text", (ConsoleLogFormat.Text, false)),
                    ("Json", (ConsoleLogFormat.Json, false)),
                    ("Systemd", (ConsoleLogFormat.Text, true))
                ),
                Number(
                    "MaxWaitingLines",
                    "Lines that may wait for a reader that does not read; further ones are dropped and counted.",
                    c => c.Log.MaxWaitingLines,
                    (c, v) => c.Log.MaxWaitingLines = v,
                    1,
                    10_000_000
                ),
                Number(
                    "MaxWaitingCharacters",
                    "Characters of these lines.",
                    c => c.Log.MaxWaitingCharacters,
                    (c, v) => c.Log.MaxWaitingCharacters = v,
                    1_000,
                    1 << 30
                ),
                Seconds(
                    "RepeatInterval",
                    "A warning that a stranger can cause is written once in this time, with how often it came; 0: each time.",
                    c => c.Log.RepeatInterval,
                    (c, v) => c.Log.RepeatInterval = v,
                    0,
                    Day
                ),
            ]
        );

    private static SettingSection Messages =>
        new(
            "Messages",
            "Which messages the log has, whole, when Logging:LogLevel:Parley.Messages is Debug: those that match one of these; all when none is given.",
            [
                new ListSetting<ServerConfiguration, string>(
                    "CallIds",
                    "Call-IDs.",
                    c => c.Messages.CallIds,
                    (c, v) => c.Messages.CallIds = v,
                    TryWord,
                    "a Call-ID as the message has it",
                    ["a84b4c76e66710@192.0.2.1"]
                )
                {
                    Reloads = true,
                },
                new ListSetting<ServerConfiguration, string>(
                    "Users",
                    "User parts of From, To or request-URI.",
                    c => c.Messages.Users,
                    (c, v) => c.Messages.Users = v,
                    TryWord,
                    "a user part as the message has it",
                    ["alice", "+49301234"]
                )
                {
                    Reloads = true,
                },
                new ListSetting<ServerConfiguration, System.Net.IPNetwork>(
                    "Addresses",
                    "Networks or addresses of the far end.",
                    c => c.Messages.Addresses,
                    (c, v) => c.Messages.Addresses = v,
                    HostText.TryNetwork,
                    Network,
                    ["192.0.2.7"]
                )
                {
                    Reloads = true,
                },
            ]
        );

    private static bool TryWord(string text, out string word)
    {
        word = text;
        return text.Length > 0 && !text.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c));
    }

    private static Setting<ServerConfiguration> Timer(
        string standard,
        string name,
        string description,
        Func<SipTimerOptions, TimeSpan?> get,
        Action<SipTimerOptions, TimeSpan?> set
    ) => SecondsOr(standard, name, description, c => get(c.Timers), (c, v) => set(c.Timers, v), 0.01, LongestTimer);
}
