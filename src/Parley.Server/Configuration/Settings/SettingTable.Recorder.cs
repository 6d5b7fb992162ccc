using Parley.Management;
using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private static GroupSetting<ServerConfiguration> Recorder =>
        new(
            "Recorder",
            "The recorder of calls: messages and steps of live and ended calls, in a ring.",
            [
                new ChoiceSetting<ServerConfiguration, RecorderMode>(
                    "Mode",
                    "What is kept of each message.",
                    c => c.Management.Options.Recorder.Mode,
                    (c, v) => c.Management.Options.Recorder.Mode = v,
                    ("Off", RecorderMode.Off),
                    ("Headers", RecorderMode.Headers),
                    ("Whole", RecorderMode.Whole)
                ),
                Scaled(
                    "Bytes",
                    "The size of the ring; what is older is overwritten. A call takes about 10 KB.",
                    1,
                    c => c.Management.Options.Recorder.Bytes,
                    (c, v) => c.Management.Options.Recorder.Bytes = v,
                    RecorderOptions.MinBytes,
                    RecorderOptions.MaxBytes
                ),
                Number(
                    "MaxCallsPerSecond",
                    "Up to so many INVITEs per second every call is recorded; above, so many whole calls of them. 0: all.",
                    c => c.Management.Options.Recorder.MaxCallsPerSecond,
                    (c, v) => c.Management.Options.Recorder.MaxCallsPerSecond = v,
                    0,
                    1_000_000
                ),
                new PathSetting<ServerConfiguration>(
                    "File",
                    "A file for the ring, so that it survives a crash. It is of the size of Bytes; everything is blanked before it is written.",
                    c => c.Management.Options.Recorder.File is { Length: > 0 } path ? path : null,
                    (c, v) => c.Management.Options.Recorder.File = v ?? "",
                    "/var/lib/parley/recorder.ring",
                    "in memory"
                ),
                Flag(
                    "ShowTexts",
                    "Whether bodies of MESSAGE and keys pressed (INFO) can be read; else they are blanked.",
                    c => c.Management.Options.Recorder.ShowTexts,
                    (c, v) => c.Management.Options.Recorder.ShowTexts = v
                ),
                Texts(
                    "BlankedHeaders",
                    "Headers whose values are blanked besides those with passwords.",
                    static o => o.Recorder.BlankedHeaders,
                    static text => text.Length > 0 && text.All(static t => char.IsAsciiLetterOrDigit(t) || t is '-' or '_' or '.'),
                    "the name of a header",
                    ["X-Account"]
                ),
            ]
        );
}
