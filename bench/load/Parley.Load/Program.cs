using System.Runtime.InteropServices;
using Parley.Load;

// bench/load/run, peak, workers, hold, list, scale and start call this with their name first.
// Whoever ends the bench ends what it has started.
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End),
    interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
LoadOptions options = LoadOptions.Parse(args.FirstOrDefault(), args.Skip(1));
Workshop workshop = await Workshop.OpenAsync(options, needsSipp: args.FirstOrDefault() == "run");
return args.FirstOrDefault() switch
{
    "run" => await new RunCommand(workshop, options).RunAsync(),
    "peak" => await new PeakCommand(workshop, options).RunAsync(),
    "workers" => await new WorkersCommand(workshop, options).RunAsync(),
    "hold" => await new HoldCommand(workshop, options).RunAsync(),
    "scale" => await new ScaleCommand(workshop, options).RunAsync(),
    "list" => await new ListCommand(workshop, options).RunAsync(),
    "start" => await new StartCommand(workshop, options).RunAsync(),
    _ => Usage(),
};

static void End(PosixSignalContext signal)
{
    ProxyProcess.EndAll();
    Environment.Exit(130);
}

static int Usage()
{
    Console.Error.WriteLine("usage: run | peak | workers | hold | list | scale | start [options], see bench/README.md");
    return 2;
}
