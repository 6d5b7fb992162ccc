using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>Runs requests of all transports: finds the command, binds its arguments, checks what the caller may, and logs what changes something.</summary>
internal sealed class MiDispatcher(MiCommandTable commands, ManagementOptions options, ILogger log) : IDisposable
{
    private const int LongestValue = 256;

    private readonly SemaphoreSlim _places = new(options.MaxRequests, options.MaxRequests);

    /// <summary>Runs a request that has been read whole.</summary>
    public async ValueTask<MiReply> RunAsync(ReadOnlySequence<byte> body, ManagementCaller caller, CancellationToken cancellation)
    {
        using var request = MiRequest.Read(body);
        return await RunAsync(request, caller, cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs a request. Its reply has to be disposed when it is written.</summary>
    public async ValueTask<MiReply> RunAsync(MiRequest request, ManagementCaller caller, CancellationToken cancellation)
    {
        if (request.Error is { } error)
            return new MiReply(request.Id ?? "null", error, null);
        if (!_places.Wait(0, CancellationToken.None))
        {
            ManagementLog.TooManyRequests(log, caller.LogName, caller.Transport, options.MaxRequests);
            return new MiReply(request.Id, MiErrors.TooManyRequests, null);
        }

        var reply = new MiReply(request.Id, await ResultOfAsync(request, caller, cancellation).ConfigureAwait(false), _places);
        if (reply.IsSilent)
            reply.Dispose();
        return reply;
    }

    public void Dispose() => _places.Dispose();

    private async ValueTask<MiResult> ResultOfAsync(MiRequest request, ManagementCaller caller, CancellationToken cancellation)
    {
        if (commands.Find(request.Method) is not { } command)
            return MiErrors.MethodNotFound;
        bool isQualified = request.Method.Contains(':', StringComparison.Ordinal);
        if (MiBinding.Bind(command, request.Parameters, isQualified, out MiArguments arguments) is { } wrong)
            return wrong;
        bool changes = command.Changes && !(command.ReadsWithoutParameters && arguments.Count == 0);
        if (changes && !caller.MayChange)
        {
            ManagementLog.Refused(log, request.Method, caller.LogName, caller.Transport);
            return MiErrors.Forbidden;
        }

        MiResult result;
        try
        {
            result = await command.Handler(arguments, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            ManagementLog.CommandFailed(log, failure, request.Method);
            result = MiErrors.Failed;
        }

        if (changes)
            ManagementLog.Changed(log, request.Method, caller.LogName, caller.Transport, OutcomeOf(result), TextOf(arguments));
        return result;
    }

    private static string OutcomeOf(MiResult result) => result.IsError ? $"{result.Code} {result.Message}" : "OK";

    /// <summary>The arguments for the log: on one line, each cut at a length.</summary>
    private static string TextOf(MiArguments arguments)
    {
        var text = new StringBuilder();
        foreach ((string name, object value) in arguments.Values)
        {
            string one = value is IEnumerable<string> list ? string.Join(',', list) : $"{value}";
            text.Append(' ').Append(name).Append('=');
            foreach (char c in one.AsSpan(0, Math.Min(one.Length, LongestValue)))
                text.Append(char.IsControl(c) ? '?' : c);
            if (one.Length > LongestValue)
                text.Append("...");
        }

        if (arguments.Subject is { } subject)
            text.Append(' ').Append(subject);
        return text.ToString();
    }
}
