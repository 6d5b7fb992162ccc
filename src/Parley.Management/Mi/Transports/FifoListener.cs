using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>
/// Commands by a FIFO, as <c>opensips-cli</c> writes them. One thread reads; each command runs on the pool, and its reply goes to the FIFO that it
/// names. Every process that may write to the FIFO may change everything; its mode allows that to owner and group.
/// </summary>
internal sealed class FifoListener : IAsyncDisposable
{
    /// <summary>A writer that sent the beginning of a command sends the rest within this time.</summary>
    private const int Rest = 500;

    private const int ReadSize = 65_536;

    private readonly ManagementOptions _options;
    private readonly MiDispatcher _dispatcher;
    private readonly ILogger _log;
    private readonly ManagementCaller _caller;
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _file;
    private readonly Thread _reader;
    private int _running;

    /// <exception cref="ManagementException">The FIFO cannot be made or opened.</exception>
    public FifoListener(ManagementOptions options, MiDispatcher dispatcher, ILogger log)
    {
        if (OperatingSystem.IsWindows())
            throw new ManagementException("There are no FIFOs on Windows.");
        (_options, _dispatcher, _log) = (options, dispatcher, log);
        _caller = new ManagementCaller(options.Fifo, "fifo", MayChange: true);
        _file = Make(options.Fifo, options.FifoMode);
        _reader = new Thread(Read) { IsBackground = true, Name = "Parley MI FIFO" };
        _reader.Start();
    }

    public ValueTask DisposeAsync()
    {
        _stopping.Cancel();
        _reader.Join();
        _ = PosixFile.Close(_file);
        try
        {
            File.Delete(_options.Fifo);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays behind, and the next start opens it again.
        }

        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    private static int Make(string path, UnixFileMode mode)
    {
        uint bits = (uint)(mode & ~(UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute));
        if (PosixFile.MakeFifo(path, bits) < 0 && Marshal.GetLastPInvokeError() is var error && error != PosixFile.Exists)
            throw new ManagementException($"The FIFO {path} cannot be made: {PosixFile.Reason(error)}");
        // For writing too, so that it never comes to its end when a writer leaves.
        int file = PosixFile.Open(path, PosixFile.ReadWrite | PosixFile.NonBlocking | PosixFile.NoFollow | PosixFile.CloseOnExec);
        if (file < 0)
            throw new ManagementException($"The FIFO {path} cannot be opened: {PosixFile.Reason(Marshal.GetLastPInvokeError())}");
        if (!PosixFile.IsPipe(file))
        {
            _ = PosixFile.Close(file);
            throw new ManagementException($"{path} is there and is no FIFO");
        }

        try
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, (UnixFileMode)bits); // whatever the umask took away
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _ = PosixFile.Close(file);
            throw new ManagementException($"The FIFO {path} cannot get its mode: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }

        return file;
    }

    private void Read()
    {
        var framing = new FifoFraming(_options.MaxRequestSize);
        byte[] buffer = new byte[ReadSize];
        while (!_stopping.IsCancellationRequested)
        {
            bool isThere = PosixFile.Wait(_file, PosixFile.In, Rest);
            try
            {
                int count = isThere ? PosixFile.Read(_file, buffer) : 0;
                framing.Add(buffer.AsSpan(0, count));
            }
            catch (IOException error)
            {
                ManagementLog.FifoUnreadable(_log, error.Message);
                return;
            }

            TakeAll(framing, isWhole: !isThere);
        }
    }

    private void TakeAll(FifoFraming framing, bool isWhole)
    {
        int before;
        do
        {
            before = framing.Waiting;
            if (framing.TryTake(isWhole, out string? reply, out MiRequest? request, out string? fault))
                Start(request!, reply);
            else if (fault is not null)
                ManagementLog.FifoUnreadable(_log, fault);
        } while (framing.Waiting > 0 && framing.Waiting < before);
    }

    private void Start(MiRequest request, string? reply)
    {
        // A reply that is not fetched holds a thread, so their number is bounded.
        if (Interlocked.Increment(ref _running) > 2 * _options.MaxRequests)
        {
            Interlocked.Decrement(ref _running);
            ManagementLog.TooManyRequests(_log, _caller.Name, _caller.Transport, _options.MaxRequests);
            request.Dispose();
            return;
        }

        _ = Task.Run(() => RunAsync(request, reply));
    }

    private async Task RunAsync(MiRequest request, string? reply)
    {
        string path = reply is null ? "" : Path.Combine(_options.FifoReplyDirectory, reply);
        try
        {
            using (request)
            using (MiReply answer = await _dispatcher.RunAsync(request, _caller, _stopping.Token).ConfigureAwait(false))
            {
                if (reply is null)
                    return;
                // Also for a notification: the caller waits for its FIFO to be opened and closed.
                using ReplyFifo fifo = await ReplyFifo.OpenAsync(path, _stopping.Token).ConfigureAwait(false);
                if (!answer.IsSilent)
                    await WriteAsync(answer, fifo, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }
        catch (Exception error)
        {
            ManagementLog.FifoReplyFailed(_log, path, error.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private static async ValueTask WriteAsync(MiReply reply, ReplyFifo fifo, CancellationToken cancellation)
    {
        var output = new BufferedMiOutput(
            new ArrayBufferWriter<byte>(),
            (kept, _) =>
            {
                fifo.Write(kept.WrittenSpan);
                return ValueTask.CompletedTask;
            },
            int.MaxValue
        );
        await using (output.Json.ConfigureAwait(false))
        {
            await reply.WriteAsync(output, cancellation).ConfigureAwait(false);
            await output.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }
}
