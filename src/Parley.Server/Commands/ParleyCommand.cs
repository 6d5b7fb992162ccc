using System.CommandLine;
using Parley.Server.Configuration;
using Parley.Server.Configuration.Settings;
using Parley.Server.Hosting;

namespace Parley.Server.Commands;

/// <summary>The command line: <c>parley run</c>, <c>parley check</c>, <c>parley --version</c>.</summary>
internal static class ParleyCommand
{
    /// <summary>The exit code of a start that bad configuration stopped (EX_CONFIG of sysexits.h).</summary>
    public const int BadConfiguration = 78;

    public static RootCommand Create()
    {
        var file = new Option<string?>("--config", "-c")
        {
            Description =
                $"The settings file. Left out: {ConfigurationLoader.DefaultFile} of the working directory when it is there, else the defaults.",
            HelpName = "file",
        };
        var run = new Command("run", "Runs the server until SIGTERM or Ctrl+C.") { file };
        run.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(file), cancellation));
        return new RootCommand("Parley: a SIP proxy in which every call is a dialog object.") { run, Check(file), Settings() };
    }

    private static Command Check(Option<string?> file)
    {
        var check = new Command("check", "Checks the settings and prints what is wrong with them, without listening.") { file };
        check.SetAction(parsed => Check(parsed.GetValue(file)));
        return check;
    }

    private static Command Settings()
    {
        var schema = new Option<bool>("--schema")
        {
            Description = "As the JSON schema that an editor uses, in place of the reference page.",
        };
        var settings = new Command("settings", "Prints all settings with their defaults and allowed values.") { schema };
        settings.SetAction(parsed => Console.Write(parsed.GetValue(schema) ? SettingSchema.Write() : SettingReference.Write()));
        return settings;
    }

    private static async Task<int> RunAsync(string? file, CancellationToken cancellation)
    {
        var (configuration, root, errors) = ConfigurationLoader.Load(file);
        if (configuration is null || root is null)
            return Refuse(errors);
        return await ServerHost.RunAsync(configuration, root, file, cancellation);
    }

    private static int Check(string? file)
    {
        var (configuration, _, errors) = ConfigurationLoader.Load(file);
        if (configuration is null)
            return Refuse(errors);
        Console.WriteLine(
            $"OK: {configuration.Listeners.Count} listeners, {configuration.Domains.Count} domains, {configuration.Routes.Count} routes"
        );
        return 0;
    }

    private static int Refuse(IReadOnlyList<string> errors)
    {
        foreach (var error in errors)
            Console.Error.WriteLine("parley: " + error);
        return BadConfiguration;
    }
}
