using System.Globalization;
using Parley.Dialogs;

namespace Parley.Crash;

/// <summary>What is run, from the command line.</summary>
public sealed record CrashSettings
{
    /// <summary>How often the proxy is ended.</summary>
    public int Kills { get; init; } = 10;

    /// <summary>How it is ended.</summary>
    public CrashEnding Ending { get; init; } = CrashEnding.Kill;

    /// <summary>Each time in so many it is ended once more as soon as it is up again; 0: never.</summary>
    public int Twice { get; init; } = 4;

    /// <summary>Calls per second.</summary>
    public int Rate { get; init; } = 200;

    /// <summary>Of all chance.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>When rows are written.</summary>
    public DialogStoreMode Mode { get; init; } = DialogStoreMode.Realtime;

    /// <summary>Whether a response waits for its row, in realtime.</summary>
    public DialogDurability Durability { get; init; } = DialogDurability.Before;

    /// <summary>The period of the delayed mode, seconds.</summary>
    public double Period { get; init; } = 2;

    /// <summary>sqlite, postgresql or mysql.</summary>
    public string Provider { get; init; } = "sqlite";

    /// <summary>How the database is reached; of SQLite the file.</summary>
    public string Connection { get; init; } = "";

    /// <summary>The journal's file; empty: none.</summary>
    public string Journal { get; init; } = "";

    /// <summary>The proxy's port.</summary>
    public int Port { get; init; }

    /// <summary>The callees' port.</summary>
    public int Callee { get; init; }

    /// <summary>How far back a kill may lose what happened, milliseconds; 0: nothing.</summary>
    public long Window =>
        Mode switch
        {
            DialogStoreMode.Delayed => (long)(Period * 1_000) + 500,
            DialogStoreMode.Shutdown => long.MaxValue / 2,
            _ => Durability == DialogDurability.SoonAfter ? 500 : 0,
        };

    /// <summary>The name of a kind of database here.</summary>
    public static string NameOf(Sql.SqlProvider provider) =>
        provider switch
        {
            Sql.SqlProvider.PostgreSql => "postgresql",
            Sql.SqlProvider.MySql => "mysql",
            _ => "sqlite",
        };

    /// <summary>Reads options; throws ArgumentException with one line.</summary>
    public static CrashSettings Parse(IReadOnlyList<string> arguments)
    {
        var settings = new CrashSettings();
        for (int i = 0; i < arguments.Count; i += 2)
        {
            string value = i + 1 < arguments.Count ? arguments[i + 1] : throw new ArgumentException($"{arguments[i]} needs a value.");
            settings = arguments[i] switch
            {
                "--kills" => settings with { Kills = Number(value) },
                "--rate" => settings with { Rate = Number(value) },
                "--seed" => settings with { Seed = Number(value) },
                "--mode" => settings with { Mode = Enum.Parse<DialogStoreMode>(value, ignoreCase: true) },
                "--durability" => settings with { Durability = Enum.Parse<DialogDurability>(value, ignoreCase: true) },
                "--ending" => settings with { Ending = Enum.Parse<CrashEnding>(value, ignoreCase: true) },
                "--twice" => settings with { Twice = Number(value) },
                "--period" => settings with { Period = double.Parse(value, CultureInfo.InvariantCulture) },
                "--provider" => settings with { Provider = value },
                "--connection" => settings with { Connection = value },
                "--journal" => settings with { Journal = value },
                "--port" => settings with { Port = Number(value) },
                "--callee" => settings with { Callee = Number(value) },
                _ => throw new ArgumentException($"There is no option {arguments[i]}."),
            };
        }

        return settings;

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>As options for a process of the proxy.</summary>
    public IReadOnlyList<string> ToArguments() =>
        [
            "--mode",
            Mode.ToString(),
            "--durability",
            Durability.ToString(),
            "--period",
            Period.ToString(CultureInfo.InvariantCulture),
            "--provider",
            Provider,
            "--connection",
            Connection,
            "--journal",
            Journal,
            "--port",
            Port.ToString(CultureInfo.InvariantCulture),
            "--callee",
            Callee.ToString(CultureInfo.InvariantCulture),
        ];
}
