using System.CommandLine;
using System.Text;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley init</c>: writes a settings file for a purpose, with a comment at each setting.</summary>
internal static class InitCommand
{
    private const string DefaultDomain = "example.com";

    public static Command Create()
    {
        var purpose = new Argument<string>("purpose")
        {
            Description =
                "pbx: phones register and call each other. trunk: calls between own equipment and a carrier. lab: all on this machine, nothing kept.",
        };
        purpose.AcceptOnlyFromAmong(StartingSettings.Purposes);
        var output = new Option<string>("--output", "-o")
        {
            Description = "The file; - for standard output.",
            HelpName = "file",
            DefaultValueFactory = static _ => Configuration.ConfigurationLoader.DefaultFile,
        };
        var domain = new Option<string>("--domain")
        {
            Description = "The domain of the users.",
            HelpName = "domain",
            DefaultValueFactory = static _ => DefaultDomain,
        };
        domain.Validators.Add(static result =>
        {
            if (result.Tokens.Count > 0 && !Configuration.HostText.TryDomain(result.Tokens[0].Value, out _))
                result.AddError($"--domain: \"{result.Tokens[0].Value}\" is no domain without port");
        });
        var force = new Option<bool>("--force") { Description = "Writes over a file that is there." };
        var command = new ExampledCommand(
            "init",
            "Writes a settings file with comments for a purpose.",
            "parley init pbx --domain pbx.example.com",
            "parley init trunk -o /etc/parley/parley.json"
        )
        {
            purpose,
            output,
            domain,
            force,
        };
        command.SetAction(
            (parsed, stop) =>
                Faults.CatchAsync(
                    parsed,
                    async () =>
                    {
                        var text = StartingSettings.For(parsed.GetRequiredValue(purpose), parsed.GetValue(domain)!);
                        var file = parsed.GetValue(output)!;
                        if (file == "-")
                        {
                            await parsed.InvocationConfiguration.Output.WriteAsync(text);
                            return ExitCodes.Done;
                        }
                        if (File.Exists(file) && !parsed.GetValue(force))
                            throw new CommandException(ExitCodes.CannotWrite, $"{file} is there already; --force writes over it");
                        await File.WriteAllTextAsync(file, text, new UTF8Encoding(false), stop);
                        await parsed.InvocationConfiguration.Output.WriteLineAsync(
                            $"{file} is written. Next: parley check --config {file}, then parley run --config {file}"
                        );
                        return ExitCodes.Done;
                    },
                    stop
                )
        );
        return command;
    }
}
