using Parley.Load;

// bench/load/run, peak and hold call this with their name first.
LoadOptions options = LoadOptions.Parse(args.Skip(1));
Workshop workshop = await Workshop.OpenAsync(options);
return args.FirstOrDefault() switch
{
    "run" => await new RunCommand(workshop, options).RunAsync(),
    "peak" => await new PeakCommand(workshop, options).RunAsync(),
    "hold" => await new HoldCommand(workshop, options).RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: run | peak | hold [options], see bench/README.md");
    return 2;
}
