using System.CommandLine;
using Parley.Server.Commands;

// TCP and TLS messages are carried through on the thread that learns of them, as UDP's are: no hand-over to the pool, which cost a third of
// the CPU per call (bench/load, job b over TCP) and up to 65 context switches instead of 3. The runtime reads it once, before the first socket. Nothing
// in this executable blocks such a thread; an operator may set it to 0.
const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
if (Environment.GetEnvironmentVariable(Inline) is null)
    Environment.SetEnvironmentVariable(Inline, "1");

// Signals are the host's: the command line's own handling would end the process two seconds into a drain.
return await ParleyCommand.InvokeAsync(args, new InvocationConfiguration { ProcessTerminationTimeout = null });

/// <summary>Declared so that it stays internal: ASP.NET Core's generator makes it public otherwise.</summary>
internal partial class Program;
