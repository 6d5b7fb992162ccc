using Microsoft.Extensions.Logging;
using Parley.Hosting;

namespace Parley.Management;

/// <summary><c>log_level</c>: the level of the log, read and changed at run time, in the numbers of OpenSIPS.</summary>
internal sealed class LogLevelCommand(LogLevelOverride level) : IMiCommandSource
{
    public IEnumerable<MiCommand> Commands =>
        [
            new("core", "log_level", (arguments, _) => ValueTask.FromResult(Run(arguments)))
            {
                ParameterSets =
                [
                    [],
                    [MiParameter.Number("level")],
                    [MiParameter.Number("level"), MiParameter.Number("pid")],
                ],
                Changes = true,
                ReadsWithoutParameters = true,
                Help =
                    "The level of the log: -1 errors, 1 warnings, 3 information, 4 and above all; with a level it is changed until a restart.",
            },
        ];

    private MiResult Run(MiArguments arguments)
    {
        if (!arguments.Has("level"))
            return MiResult.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("Processes"u8);
                json.WriteStartObject();
                json.WriteNumber("PID"u8, Environment.ProcessId);
                json.WriteNumber("Log level"u8, NumberOf(level.Current));
                json.WriteString("Type"u8, "Parley"u8);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
            });
        int wanted = arguments.Number("level");
        bool isOfProcess = arguments.Has("pid");
        if (isOfProcess && arguments.Number("pid") != Environment.ProcessId)
            return MiErrors.Invalid("Bad PID");
        level.Set(LevelOf(wanted));
        return MiResult.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber(isOfProcess ? "Log level"u8 : "New global log level"u8, wanted);
            json.WriteEndObject();
        });
    }

    private static LogLevel LevelOf(int number) =>
        number switch
        {
            <= -2 => LogLevel.Critical,
            -1 or 0 => LogLevel.Error,
            1 => LogLevel.Warning,
            2 or 3 => LogLevel.Information,
            _ => LogLevel.Debug,
        };

    private static int NumberOf(LogLevel logLevel) =>
        logLevel switch
        {
            LogLevel.Critical or LogLevel.None => -2,
            LogLevel.Error => -1,
            LogLevel.Warning => 1,
            LogLevel.Information => 3,
            _ => 4,
        };
}
