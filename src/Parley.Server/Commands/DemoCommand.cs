using System.CommandLine;
using Parley.Management;
using Parley.Server.Demo;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley demo</c>.</summary>
internal static class DemoCommand
{
    private const double HighestRate = 200;

    public static Command Create()
    {
        var rate = new Option<double>("--rate")
        {
            Description = "Calls a second, 0.01 to 200.",
            HelpName = "number",
            DefaultValueFactory = static _ => 1,
        };
        rate.Validators.Add(static result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<double>() is not (>= 0.01 and <= HighestRate))
                result.AddError("--rate: give 0.01 to 200");
        });
        var port = Port("--port", "The port of page and API.", ManagementOptions.DefaultPort, 1);
        var sip = Port("--sip-port", "The port of SIP; 0 takes a free one.", 0, 0);
        var log = new Option<bool>("--log") { Description = "Writes a line for each call." };
        var command = new ExampledCommand(
            "demo",
            "Runs a server with phones that call each other, to look at: on this machine alone, nothing is kept.",
            "parley demo",
            "parley demo --rate 5 --port 8889"
        )
        {
            rate,
            port,
            sip,
            log,
        };
        command.SetAction(
            (parsed, stop) =>
                Faults.CatchAsync(
                    parsed,
                    async () =>
                    {
                        using var interrupt = new Interrupt(stop);
                        var options = new DemoOptions(
                            parsed.GetValue(port),
                            parsed.GetValue(sip),
                            parsed.GetValue(rate),
                            parsed.GetValue(log)
                        );
                        return await DemoServer.RunAsync(options, parsed.InvocationConfiguration.Output, interrupt.Token);
                    },
                    stop
                )
        );
        return command;
    }

    private static Option<int> Port(string name, string description, int standard, int least)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            HelpName = "port",
            DefaultValueFactory = _ => standard,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (result.GetValueOrDefault<int>() is var port) && (port < least || port > 65_535))
                result.AddError($"{name}: give {least} to 65535");
        });
        return option;
    }
}
