using Parley.Dialogs;
using Parley.Registrar;
using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private static SettingSection Registrar =>
        new(
            "Registrar",
            "Registrations: users who register here can be called here.",
            [
                Flag(
                    "Enabled",
                    "False: REGISTER is refused and calls go by Routes only.",
                    c => c.TakesRegistrations,
                    (c, v) => c.TakesRegistrations = v
                ),
                Seconds(
                    "DefaultExpires",
                    "Lifetime of a binding that names none.",
                    c => c.Registrar.DefaultExpires,
                    (c, v) => c.Registrar.DefaultExpires = v,
                    1,
                    30 * Day
                ),
                Seconds(
                    "MinExpires",
                    "What happens to shorter ones is said by ShortExpiry.",
                    c => c.Registrar.MinExpires,
                    (c, v) => c.Registrar.MinExpires = v,
                    0,
                    30 * Day
                ),
                Seconds(
                    "MaxExpires",
                    "Longer ones are cut to it.",
                    c => c.Registrar.MaxExpires,
                    (c, v) => c.Registrar.MaxExpires = v,
                    1,
                    30 * Day
                ),
                Number(
                    "MaxContacts",
                    "Contacts of one address-of-record; what happens beyond is said by ContactLimit.",
                    c => c.Registrar.MaxContacts,
                    (c, v) => c.Registrar.MaxContacts = v,
                    1,
                    1_000
                ),
                new ChoiceSetting<ServerConfiguration, ContactLimitPolicy>(
                    "ContactLimit",
                    "One contact more than MaxContacts: refused with 403, or the one registered longest ago gives way.",
                    c => c.Registrar.ContactLimit,
                    (c, v) => c.Registrar.ContactLimit = v,
                    Names<ContactLimitPolicy>()
                ),
                new ChoiceSetting<ServerConfiguration, ShortExpiryPolicy>(
                    "ShortExpiry",
                    "A lifetime below MinExpires: refused with 423, or raised to it.",
                    c => c.Registrar.ShortExpiry,
                    (c, v) => c.Registrar.ShortExpiry = v,
                    Names<ShortExpiryPolicy>()
                ),
                Number(
                    "MaxBindings",
                    "Bindings of all; more are refused with 503.",
                    c => c.Registrar.MaxBindings,
                    (c, v) => c.Registrar.MaxBindings = v,
                    1,
                    100_000_000
                ),
                Scaled(
                    "MaxMemory",
                    "What all addresses and bindings may take together; more are refused with 503. MiB.",
                    1L << 20,
                    c => c.Registrar.MaxMemory,
                    (c, v) => c.Registrar.MaxMemory = v,
                    1,
                    1_048_576
                ),
                Number(
                    "MaxAddressLength",
                    "Bytes of an address-of-record; a longer one is refused with 404.",
                    c => c.Registrar.MaxAddressLength,
                    (c, v) => c.Registrar.MaxAddressLength = v,
                    64,
                    2_048
                ),
                Number(
                    "MaxContactLength",
                    "Bytes of a Contact URI and of an instance id; longer ones are refused with 400.",
                    c => c.Registrar.MaxContactLength,
                    (c, v) => c.Registrar.MaxContactLength = v,
                    64,
                    2_048
                ),
                Number(
                    "MaxPathLength",
                    "Bytes of one Path value; longer ones are refused with 400.",
                    c => c.Registrar.MaxPathLength,
                    (c, v) => c.Registrar.MaxPathLength = v,
                    64,
                    2_048
                ),
                Number(
                    "MaxPaths",
                    "Path values of one binding; more are refused with 400.",
                    c => c.Registrar.MaxPaths,
                    (c, v) => c.Registrar.MaxPaths = v,
                    0,
                    16
                ),
                Number(
                    "MaxBindingSize",
                    "Bytes of all texts of one binding; more are refused with 400.",
                    c => c.Registrar.MaxBindingSize,
                    (c, v) => c.Registrar.MaxBindingSize = v,
                    512,
                    16_384
                ),
                Flag(
                    "AllowOwnContacts",
                    "Takes contacts that name this server. False: they are refused with 403, since a call to them comes straight back.",
                    c => c.Registrar.AllowOwnContacts,
                    (c, v) => c.Registrar.AllowOwnContacts = v
                ),
                Flag(
                    "RequirePathSupport",
                    "Refuses a REGISTER with Path whose client does not list path in Supported with 420 (RFC 3327 5.3).",
                    c => c.Registrar.RequirePathSupport,
                    (c, v) => c.Registrar.RequirePathSupport = v
                ),
                Flag(
                    "KeepPort",
                    "The port of the To URI is part of an address-of-record. False: alice@example.com:5070 is alice@example.com.",
                    c => c.Registrar.KeepPort,
                    (c, v) => c.Registrar.KeepPort = v
                ),
                Flag(
                    "IgnoreUserCase",
                    "Alice and alice are one user. False, as RFC 3261 19.1.4 has it: they are two.",
                    c => c.Registrar.IgnoreUserCase,
                    (c, v) => c.Registrar.IgnoreUserCase = v
                ),
            ]
        );

    private static SettingSection Dialogs =>
        new(
            "Dialogs",
            "How calls are tracked.",
            [
                Seconds(
                    "DefaultTimeout",
                    "Lifetime of a call from its answer on.",
                    c => c.Dialogs.DefaultTimeout,
                    (c, v) => c.Dialogs.DefaultTimeout = v,
                    1,
                    365 * Day
                ),
                Flag(
                    "ByeOnTimeout",
                    "DefaultTimeout ends the call with a BYE both ways. False: the server only forgets the call.",
                    c => c.Dialogs.ByeOnTimeout,
                    (c, v) => c.Dialogs.ByeOnTimeout = v
                ),
                Seconds(
                    "EarlyTimeout",
                    "How long a call may go without an answer; 0: no limit.",
                    c => c.Dialogs.EarlyTimeout,
                    (c, v) => c.Dialogs.EarlyTimeout = v,
                    0,
                    Day
                ),
                Seconds(
                    "NoAckTimeout",
                    "How long an answered call may wait for its ACK; 0: no limit.",
                    c => c.Dialogs.NoAckTimeout,
                    (c, v) => c.Dialogs.NoAckTimeout = v,
                    0,
                    Day
                ),
                SecondsOr(
                    "64*T1",
                    "DeleteDelay",
                    "How long an ended call can still be matched; less than 64*T1 is raised to it.",
                    c => c.Dialogs.DeleteDelay,
                    (c, v) => c.Dialogs.DeleteDelay = v,
                    0,
                    Day
                ),
                Number(
                    "HashSize",
                    "Entries of the dialog table; a power of two. Part of every dialog id.",
                    c => c.Dialogs.HashSize,
                    (c, v) => c.Dialogs.HashSize = v,
                    1,
                    1 << 24,
                    isPowerOfTwo: true
                ),
                new ChoiceSetting<ServerConfiguration, DialogMatchMode>(
                    "MatchMode",
                    "How a request is matched to its dialog: by the did of the Route alone, by it with a search by Call-ID and tags when that fails, or by search alone.",
                    c => c.Dialogs.MatchMode,
                    (c, v) => c.Dialogs.MatchMode = v,
                    Names<DialogMatchMode>()
                ),
                new ChoiceSetting<ServerConfiguration, SequentialRouting>(
                    "SequentialRouting",
                    "A request of a known call whose target or Routes are not the call's: sent to the other party all the same, refused with 403, or sent where it says (then whoever has a call here can send requests anywhere).",
                    c => c.Dialogs.SequentialRouting,
                    (c, v) => c.Dialogs.SequentialRouting = v,
                    Names<SequentialRouting>()
                ),
                new ChoiceSetting<ServerConfiguration, SequentialSource>(
                    "SequentialSource",
                    "From where requests of a known call are taken: anywhere, the address that the party had last, or its address, port, listener and connection. Others get 403.",
                    c => c.Dialogs.SequentialSource,
                    (c, v) => c.Dialogs.SequentialSource = v,
                    Names<SequentialSource>()
                ),
                new ChoiceSetting<ServerConfiguration, DialogSpiralPolicy>(
                    "Spirals",
                    "What a call is that passes the server twice: a dialog for each passage, or the dialog of its first passage.",
                    c => c.Dialogs.Spirals,
                    (c, v) => c.Dialogs.Spirals = v,
                    Names<DialogSpiralPolicy>()
                ),
                Mark(
                    "OptionsPingCaller",
                    "OPTIONS go to the caller in the call, every OptionsPingInterval; a dead caller ends the call.",
                    DialogFlags.OptionsPingCaller
                ),
                Mark("OptionsPingCallee", "The same to the callee.", DialogFlags.OptionsPingCallee),
                Mark(
                    "ReinvitePingCaller",
                    "re-INVITEs with the session description last agreed go to the caller, every ReinvitePingInterval, in place of OPTIONS.",
                    DialogFlags.ReinvitePingCaller
                ),
                Mark("ReinvitePingCallee", "The same to the callee.", DialogFlags.ReinvitePingCallee),
                Seconds(
                    "OptionsPingInterval",
                    "Time between two OPTIONS to a party.",
                    c => c.Dialogs.OptionsPingInterval,
                    (c, v) => c.Dialogs.OptionsPingInterval = v,
                    1,
                    20 * Day
                ),
                Seconds(
                    "ReinvitePingInterval",
                    "Time between two re-INVITEs to a party.",
                    c => c.Dialogs.ReinvitePingInterval,
                    (c, v) => c.Dialogs.ReinvitePingInterval = v,
                    1,
                    20 * Day
                ),
                Seconds(
                    "PingTimeout",
                    "How long an OPTIONS waits for its answer.",
                    c => c.Dialogs.PingTimeout,
                    (c, v) => c.Dialogs.PingTimeout = v,
                    0.1,
                    Day
                ),
                Number(
                    "PingFailures",
                    "How many pings in a row go without an answer before a party counts as dead. One 481 is enough.",
                    c => c.Dialogs.PingFailures,
                    (c, v) => c.Dialogs.PingFailures = v,
                    1,
                    1_000
                ),
                Flag(
                    "PingOnlyKnownToAnswer",
                    "OPTIONS without an answer count only for a party that has answered one in this call, since some phones never do. False: they count from the first.",
                    c => c.Dialogs.PingOnlyKnownToAnswer,
                    (c, v) => c.Dialogs.PingOnlyKnownToAnswer = v
                ),
                Seconds(
                    "NoFlowTimeout",
                    "After how long without a connection a pinged party behind TCP or TLS counts as dead; 0: never.",
                    c => c.Dialogs.NoFlowTimeout,
                    (c, v) => c.Dialogs.NoFlowTimeout = v,
                    0,
                    30 * Day
                ),
                Mark(
                    "EndOnRaceCondition",
                    "A race of RFC 5407 (200 against CANCEL, early BYE) ends the call after RaceConditionTimeout, with a BYE both ways.",
                    DialogFlags.EndOnRaceCondition
                ),
                Seconds(
                    "RaceConditionTimeout",
                    "Lifetime of a call after such a race.",
                    c => c.Dialogs.RaceConditionTimeout,
                    (c, v) => c.Dialogs.RaceConditionTimeout = v,
                    0.1,
                    Day
                ),
                Mark("AutoPrack", "The server answers reliable provisional responses (RFC 3262) itself.", DialogFlags.AutoPrack),
                Mark(
                    "EndOnPrackFailure",
                    "With AutoPrack: a PRACK that fails before the call is answered ends the call.",
                    DialogFlags.EndOnPrackFailure
                ),
                SecondsOr(
                    "64*T1",
                    "PrackTimeout",
                    "How long such a PRACK waits for its answer.",
                    c => c.Dialogs.PrackTimeout,
                    (c, v) => c.Dialogs.PrackTimeout = v,
                    0.1,
                    Day
                ),
                Flag(
                    "KeepSessionDescriptions",
                    "Keeps the parties' session descriptions, a few hundred bytes a call. Calls with re-INVITE pings keep them in any case.",
                    c => c.Dialogs.KeepSessionDescriptions,
                    (c, v) => c.Dialogs.KeepSessionDescriptions = v
                ),
                Profiles("ProfilesWithValue", "Profiles that count calls by a value.", c => c.Dialogs.ProfilesWithValue, "caller"),
                Profiles("ProfilesNoValue", "Profiles that count calls.", c => c.Dialogs.ProfilesWithoutValue, "inbound"),
            ]
        );

    /// <summary>A flag that every call of the server is tracked with.</summary>
    private static Setting<ServerConfiguration> Mark(string name, string description, DialogFlags flag) =>
        Flag(
            name,
            description,
            c => (c.DialogFlags & flag) != 0,
            (c, v) => c.DialogFlags = v ? c.DialogFlags | flag : c.DialogFlags & ~flag
        );

    private static Setting<ServerConfiguration> Profiles(
        string name,
        string description,
        Func<ServerConfiguration, IList<string>> list,
        string example
    ) =>
        new ListSetting<ServerConfiguration, string>(
            name,
            description,
            c => [.. list(c)],
            (c, v) =>
            {
                var names = list(c);
                names.Clear();
                foreach (var profile in v)
                    names.Add(profile);
            },
            static (string text, out string profile) => ProfileDefinition.TryParse(profile = text, out _),
            "a name of letters, digits, '_', '-' and '.', with /s or /b behind it or nothing",
            [example],
            isDistinct: true
        );

    private static (string, TEnum)[] Names<TEnum>()
        where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Select(v => (v.ToString(), v))];
}
