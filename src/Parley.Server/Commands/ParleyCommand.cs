using System.CommandLine;
using Parley.Server.Configuration;
using Parley.Server.Configuration.Settings;
using Parley.Server.Hosting;

namespace Parley.Server.Commands;

/// <summary>The command line: <c>parley run</c>, <c>parley check</c>, <c>parley db</c>, <c>parley settings</c>, <c>parley --version</c>.</summary>
internal static class ParleyCommand
{
    /// <summary>The exit code of a start that bad configuration stopped (EX_CONFIG of sysexits.h).</summary>
    public const int BadConfiguration = 78;

    public static RootCommand Create()
    {
        // Of every command, so that the first --help shows it.
        var file = new Option<string?>("--config", "-c")
        {
            Description =
                $"The settings file. Left out: {ConfigurationLoader.DefaultFile} of the working directory when it is there, else the defaults.",
            HelpName = "file",
            Recursive = true,
        };
        var run = new Command("run", "Runs the server until SIGTERM or Ctrl+C.");
        run.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(file), cancellation));
        return new RootCommand("Parley: a SIP proxy in which every call is a dialog object.")
        {
            file,
            run,
            Check(file),
            Settings(),
            DatabaseCommand.Create(file),
        };
    }

    private static Command Check(Option<string?> file)
    {
        var open = new Option<bool>("--open")
        {
            Description = "Also opens what a start opens: the listeners' sockets and the files of certificates and keys.",
        };
        var check = new Command("check", "Checks the settings and prints what is wrong with them.") { open };
        check.SetAction((parsed, _) => CheckAsync(parsed.GetValue(file), parsed.GetValue(open)));
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

    private static async Task<int> CheckAsync(string? file, bool open)
    {
        var (configuration, _, errors) = ConfigurationLoader.Load(file, readCertificates: open);
        if (configuration is null)
            return Refuse(errors);
        if (open && await ServerStart.TryOpenAsync(configuration) is { } fault)
            return Refuse([fault]);
        Console.WriteLine(
            $"OK: {configuration.Listeners.Count} listeners, {configuration.Domains.Count} domains, {configuration.Routes.Count} routes"
        );
        return 0;
    }

    public static int Refuse(IReadOnlyList<string> errors)
    {
        foreach (var error in errors)
            Console.Error.WriteLine("parley: " + error);
        return BadConfiguration;
    }
}
