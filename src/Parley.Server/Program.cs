using System.CommandLine;
using Parley.Server.Commands;

// Signals are the host's: the command line's own handling would end the process two seconds into a drain.
return await ParleyCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
