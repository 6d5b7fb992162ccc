using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>The commands of the core: <c>which</c>, <c>help</c>, <c>version</c>, <c>uptime</c>, <c>ps</c>, <c>pwd</c>, <c>arg</c>.</summary>
internal sealed class CoreCommands(Func<MiCommandTable> table, TimeProvider time) : IMiCommandSource
{
    private const string Module = "core";
    private static readonly MiResult Unknown = MiResult.Error(404, "unknown MI command");

    private readonly DateTimeOffset _start = time.GetUtcNow();

    public IEnumerable<MiCommand> Commands =>
        [
            new(Module, "which", (arguments, _) => ValueTask.FromResult(Which(arguments)))
            {
                ParameterSets =
                [
                    [],
                    [MiParameter.Text("command")],
                ],
                Help = "Lists the commands; of one command its sets of parameters; of a module (with a colon behind it) its commands.",
            },
            new(Module, "help", (arguments, _) => ValueTask.FromResult(HelpOf(arguments)))
            {
                ParameterSets =
                [
                    [],
                    [MiParameter.Text("mi_cmd")],
                ],
                Help = "Says what a command does.",
            },
            new(Module, "version", static (arguments, _) => ValueTask.FromResult(Version(arguments)))
            {
                ParameterSets =
                [
                    [],
                    [MiParameter.Any("revision")],
                ],
                Help = "The version of the server.",
            },
            new(Module, "uptime", (_, _) => ValueTask.FromResult(Uptime())) { Help = "When the server started, and how long it runs." },
            new(Module, "ps", static (_, _) => ValueTask.FromResult(Processes())) { Help = "The processes of the server." },
            new(Module, "pwd", static (_, _) => ValueTask.FromResult(WorkingDirectory())) { Help = "The working directory of the server." },
            new(Module, "arg", static (_, _) => ValueTask.FromResult(CommandLine())) { Help = "The command line that started the server." },
        ];

    private MiResult Which(MiArguments arguments)
    {
        MiCommandTable commands = table();
        if (arguments.TextOrNull("command") is not { } name)
            return Texts(commands.Names);
        if (name.EndsWith(':'))
        {
            string[] names =
            [
                .. commands.Commands.Where(c => c.Module.AsSpan().SequenceEqual(name.AsSpan()[..^1])).Select(static c => c.QualifiedName),
            ];
            return names.Length == 0 ? Unknown : Texts(names);
        }

        return commands.Find(name) is not { } command
            ? Unknown
            : MiResult.Json(json =>
            {
                json.WriteStartArray();
                foreach (IReadOnlyList<MiParameter> set in command.ParameterSets)
                {
                    json.WriteStartArray();
                    foreach (MiParameter parameter in set)
                        json.WriteStringValue(parameter.Name);
                    json.WriteEndArray();
                }

                json.WriteEndArray();
            });
    }

    private MiResult HelpOf(MiArguments arguments)
    {
        if (arguments.TextOrNull("mi_cmd") is not { } name)
            return MiResult.Json(static json =>
            {
                json.WriteStartObject();
                json.WriteString("Help", "\"which\" lists the commands, \"help\" with mi_cmd=<command> says what one does");
                json.WriteEndObject();
            });
        return table().Find(name) is not { } command
            ? Unknown
            : MiResult.Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("Help", command.Help.Length > 0 ? command.Help : "There is no help for this command.");
                json.WriteString("Exported by", command.Module);
                json.WriteEndObject();
            });
    }

    private static MiResult Version(MiArguments arguments)
    {
        // "0.1.0+0123abc": behind the plus stands the revision, where the build knew it.
        string[] version = (
            typeof(ParleyApplication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "unknown"
        ).Split('+', 2);
        return MiResult.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("Server", $"Parley ({version[0]} ({Architecture}/{System}))");
            if (arguments.Has("revision") && version.Length > 1)
                json.WriteString("Git", version[1]);
            json.WriteEndObject();
        });
    }

    private static string Architecture =>
        RuntimeInformation.ProcessArchitecture switch
        {
            global::System.Runtime.InteropServices.Architecture.X64 => "x86_64",
            global::System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
            var other => other.ToString().ToLowerInvariant(),
        };

    private static string System =>
        OperatingSystem.IsLinux() ? "linux"
        : OperatingSystem.IsWindows() ? "windows"
        : OperatingSystem.IsMacOS() ? "darwin"
        : "other";

    private MiResult Uptime()
    {
        DateTimeOffset now = time.GetUtcNow();
        return MiResult.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("Now", TextOf(now));
            json.WriteString("Up since", TextOf(_start));
            json.WriteString("Up time", string.Create(CultureInfo.InvariantCulture, $"{(long)(now - _start).TotalSeconds} [sec]"));
            json.WriteEndObject();
        });
    }

    /// <summary>As ctime has it, in local time: "Mon Nov 30 19:31:34 2026".</summary>
    private string TextOf(DateTimeOffset moment)
    {
        DateTime local = TimeZoneInfo.ConvertTime(moment, time.LocalTimeZone).DateTime;
        return string.Create(CultureInfo.InvariantCulture, $"{local:ddd MMM} {local.Day, 2} {local:HH:mm:ss yyyy}");
    }

    private static MiResult Processes() =>
        MiResult.Json(static json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("Processes");
            json.WriteStartObject();
            json.WriteNumber("ID", 0);
            json.WriteNumber("PID", Environment.ProcessId);
            json.WriteString("Type", "Parley");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static MiResult WorkingDirectory() =>
        MiResult.Json(static json =>
        {
            json.WriteStartObject();
            json.WriteString("WD", Environment.CurrentDirectory);
            json.WriteEndObject();
        });

    private static MiResult CommandLine() => Texts(Environment.GetCommandLineArgs());

    private static MiResult Texts(IEnumerable<string> texts) =>
        MiResult.Json(json =>
        {
            json.WriteStartArray();
            foreach (string text in texts)
                json.WriteStringValue(text);
            json.WriteEndArray();
        });
}
