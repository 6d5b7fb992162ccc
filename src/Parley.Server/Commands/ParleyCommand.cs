using System.CommandLine;
using System.CommandLine.Invocation;
using Parley.Server.Configuration;
using Parley.Server.Configuration.Settings;
using Parley.Server.Hosting;

namespace Parley.Server.Commands;

/// <summary>The command line of the server.</summary>
internal static class ParleyCommand
{
    /// <summary>The exit code of a start that bad configuration stopped (EX_CONFIG of sysexits.h).</summary>
    public const int BadConfiguration = ExitCodes.BadConfiguration;

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
        var api = new ApiOptions();
        var run = new ExampledCommand("run", "Runs the server until SIGTERM or Ctrl+C.", "parley run --config /etc/parley/parley.json");
        run.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(file), cancellation));
        var root = new RootCommand("Parley: a SIP proxy in which every call is a dialog object.")
        {
            file,
            run,
            DemoCommand.Create(),
            InitCommand.Create(),
            Check(file),
            Settings(),
            RoutesCommand.Create(file),
            DatabaseCommand.Create(file),
            DialogsCommand.Create(api),
            CallsCommand.Create(api),
            TopCommand.Create(api),
            TraceCommand.Create(api),
            ExplainCommand.Create(api),
            ReplayCommand.Create(file),
            ProfilesCommand.Create(api),
            RegistrationsCommand.Create(api),
            StatisticsCommand.Create(api),
            UsersCommand.Create(),
            TokenCommand.Create(),
            CompletionCommand.Create(Create),
            ManualCommand.Create(Create),
        };
        ExampleHelp.AddTo(root);
        return root;
    }

    /// <summary>Runs a command line; the exit code of the process.</summary>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> arguments, InvocationConfiguration invocation)
    {
        var parsed = Create().Parse(arguments);
        // A script's mistake is one line; the help is for those that call it with nothing.
        if (parsed.Action is ParseErrorAction mistake && arguments.Count > 0 && parsed.CommandResult.Command.Subcommands.Count == 0)
            mistake.ShowHelp = false;
        var code = await parsed.InvokeAsync(invocation);
        // That of System.CommandLine is 1, which here is an answer of a command.
        return code == 1 && parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
    }

    private static ExampledCommand Check(Option<string?> file)
    {
        var open = new Option<bool>("--open")
        {
            Description = "Also opens what a start opens: the listeners' sockets and the files of certificates and keys.",
        };
        var other = new Argument<string?>("file") { Description = "The settings file, as --config.", Arity = ArgumentArity.ZeroOrOne };
        var check = new ExampledCommand(
            "check",
            "Checks the settings and prints what is wrong with them: each mistake with its key and line, exit code 78.",
            "parley check parley.json",
            "parley check --open --config /etc/parley/parley.json"
        )
        {
            other,
            open,
        };
        check.SetAction((parsed, _) => CheckAsync(parsed.GetValue(other) ?? parsed.GetValue(file), parsed.GetValue(open)));
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
