using System.CommandLine;
using System.Text;
using System.Text.Json;
using Parley.Management;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley token new</c>: a token for the management side and its line of the settings.</summary>
internal static class TokenCommand
{
    public static Command Create()
    {
        var name = new Option<string>("--name")
        {
            Description = "Its user, for the log.",
            HelpName = "name",
            DefaultValueFactory = static _ => "operator",
        };
        var role = new Option<string>("--role") { Description = "What it is good for.", DefaultValueFactory = static _ => "Read" };
        role.AcceptOnlyFromAmong("Read", "Operate");
        var output = new Option<string?>("--output", "-o")
        {
            Description = "Writes the token to this file, which only its owner may read, in place of the screen.",
            HelpName = "file",
        };
        var json = new Option<bool>("--json") { Description = "JSON in place of text." };
        var create = new ExampledCommand(
            "new",
            "Prints a new token and the line for the settings that lets it in. The server needs only its SHA-256.",
            "parley token new --name alice --role Operate",
            "parley token new -o ~/.parley-token"
        )
        {
            name,
            role,
            output,
            json,
        };
        create.SetAction(
            (parsed, stop) =>
                Faults.CatchAsync(
                    parsed,
                    () =>
                    {
                        var token = ManagementToken.Create();
                        var hash = ManagementToken.HashOf(token);
                        var line =
                            $$"""{ "Name": {{Quoted(parsed.GetValue(name)!)}}, "Role": "{{parsed.GetValue(role)}}", "Sha256": "{{hash}}" }""";
                        var file = parsed.GetValue(output);
                        if (file is { Length: > 0 })
                            Write(file, token);
                        var screen = Screen.Of(parsed);
                        if (parsed.GetValue(json))
                        {
                            var secret = file is { Length: > 0 } ? "" : $"\"token\":\"{token}\",";
                            screen.Raw($$"""{{{secret}}"sha256":"{{hash}}","setting":{{line}}}""");
                            return Task.FromResult(ExitCodes.Done);
                        }
                        screen.Line(file is { Length: > 0 } ? $"The token is in {file}." : $"Token     {token}");
                        screen.Line($"SHA-256   {hash}");
                        screen.Line($"Setting   Parley:Management:Access:Tokens: {line}");
                        return Task.FromResult(ExitCodes.Done);
                    },
                    stop
                )
        );
        return new Command("token", "Makes tokens for the management side.") { create };
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text, JsonForms.Default.String);

    private static void Write(string file, string token)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(file, options);
        stream.Write(Encoding.ASCII.GetBytes(token + "\n"));
    }
}
