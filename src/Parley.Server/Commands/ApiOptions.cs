using System.CommandLine;
using Parley.Server.Client;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>The options of every command that asks a running server: which one, by what token, and the form of the output.</summary>
internal sealed class ApiOptions
{
    private readonly Option<string?> _url = new("--url")
    {
        Description = $"The server; left out: PARLEY_URL, else {ApiPlace.DefaultUrl}.",
        HelpName = "url",
        Recursive = true,
    };

    private readonly Option<string?> _token = new("--token")
    {
        Description = "The token. Other users of this machine see it; --token-file, PARLEY_TOKEN_FILE and PARLEY_TOKEN keep it from them.",
        HelpName = "token",
        Recursive = true,
    };

    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = "A file with the token.",
        HelpName = "file",
        Recursive = true,
    };

    private readonly Option<string?> _authority = new("--ca")
    {
        Description = "Certificates in PEM that are trusted in place of the system's; left out: PARLEY_CA.",
        HelpName = "file",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json") { Description = "JSON in place of tables.", Recursive = true };

    /// <summary>Gives a command, and those below it, these options.</summary>
    public Command AddTo(Command command)
    {
        command.Add(_url);
        command.Add(_token);
        command.Add(_tokenFile);
        command.Add(_authority);
        command.Add(_json);
        return command;
    }

    /// <summary>What the command does: the work with a client for the server; its faults become a line and an exit code.</summary>
    public void Act(Command command, Func<ApiWork, Task<int>> work) =>
        command.SetAction(
            (parsed, stop) =>
                Faults.CatchAsync(
                    parsed,
                    async () =>
                    {
                        using var api = new ApiClient(PlaceOf(parsed));
                        return await work(
                            new ApiWork(parsed, api, Screen.Of(parsed), Screen.ErrorsOf(parsed), parsed.GetValue(_json), stop)
                        );
                    },
                    stop
                )
        );

    private ApiPlace PlaceOf(ParseResult parsed) =>
        ApiPlace.Of(
            parsed.GetValue(_url),
            parsed.GetValue(_token),
            parsed.GetValue(_tokenFile),
            parsed.GetValue(_authority),
            Environment.GetEnvironmentVariable
        );
}
