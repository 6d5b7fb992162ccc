using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Parley.Hosting;

/// <summary>
/// The log on standard output. Logging never waits for the reader of the output: a line waits in a queue, and one that does not fit is
/// dropped and counted, and a line reports how many once the reader is back. Control characters are escaped, so that an entry is one line whatever
/// the network put into it, and warnings that repeat are written once a second with their number (<see cref="ConsoleLogOptions"/>).
/// </summary>
[ProviderAlias("Console")]
public sealed class ConsoleLog : ILoggerProvider
{
    private const int BytesPerWrite = 64 * 1024;
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, ConsoleLogger> _loggers = new(StringComparer.Ordinal);
    private readonly object _lock = new();
    private readonly Func<TimeProvider> _time;
    private readonly Func<Stream> _open;
    private Queue<string> _waiting = new();
    private Queue<string> _writing = new();
    private int _characters;
    private long _droppedUntold;
    private long _written,
        _dropped,
        _leftOut;
    private int _repeatsPending;
    private bool _isEnding;
    private Thread? _writer;

    internal ConsoleLog(ConsoleLogOptions options, Func<TimeProvider> time, Func<Stream>? open = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxWaitingLines, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxWaitingCharacters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RepeatInterval, TimeSpan.Zero);
        Options = options;
        _time = time;
        _open = open ?? Console.OpenStandardOutput;
    }

    /// <summary>Lines written so far.</summary>
    public long LinesWritten => Interlocked.Read(ref _written);

    /// <summary>Lines dropped because those before them were not read.</summary>
    public long LinesDropped => Interlocked.Read(ref _dropped);

    /// <summary>Events that were counted in another's line instead of having one of their own.</summary>
    public long EventsLeftOut => Interlocked.Read(ref _leftOut);

    internal ConsoleLogOptions Options { get; }

    internal TimeProvider Time => _time();

    internal long Now => Time.GetTimestamp();

    internal long Interval => (long)(Options.RepeatInterval.TotalSeconds * Time.TimestampFrequency);

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, static (name, log) => new ConsoleLogger(log, name), this);

    /// <summary>Writes what is queued, for a second at most: a reader that does not read does not hold up the end.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isEnding)
                return;
            _isEnding = true;
            Monitor.Pulse(_lock);
        }

        _writer?.Join(Goodbye);
    }

    /// <summary>Queues a line, or drops it. Never waits but for another thread's queueing.</summary>
    internal void Take(string line)
    {
        lock (_lock)
        {
            if (_isEnding || _waiting.Count >= Options.MaxWaitingLines || _characters + line.Length > Options.MaxWaitingCharacters)
            {
                _droppedUntold++;
                Interlocked.Increment(ref _dropped);
                return;
            }

            _waiting.Enqueue(line);
            _characters += line.Length;
            if (_waiting.Count == 1)
                Wake();
        }
    }

    /// <summary>An event was not written: how many there were is written later, with the next one or by the writer.</summary>
    internal void LeftOut()
    {
        Interlocked.Increment(ref _leftOut);
        if (Interlocked.Exchange(ref _repeatsPending, 1) != 0)
            return;
        lock (_lock)
            Wake();
    }

    private void Wake()
    {
        if (_writer is null && !_isEnding)
        {
            _writer = new Thread(Write) { IsBackground = true, Name = "console log" };
            _writer.Start();
        }

        Monitor.Pulse(_lock);
    }

    private void Write()
    {
        Stream output = _open();
        byte[] buffer = new byte[BytesPerWrite];
        ConsoleLogger own = (ConsoleLogger)CreateLogger("Parley.Log");
        while (Wait(out long dropped))
        {
            WriteAll(output, buffer);
            if (dropped > 0)
                WriteLine(output, own.DroppedLine(dropped));
        }
    }

    /// <summary>Waits for lines and takes them, with how many were dropped behind them. False: all has been written and no more will come.</summary>
    private bool Wait(out long dropped)
    {
        lock (_lock)
        {
            while (_waiting.Count == 0 && _droppedUntold == 0)
            {
                if (Volatile.Read(ref _repeatsPending) != 0)
                    AddLeftOut();
                if (_waiting.Count > 0)
                    break;
                if (_isEnding)
                {
                    dropped = 0;
                    return false;
                }

                if (Volatile.Read(ref _repeatsPending) != 0)
                    Monitor.Wait(_lock, Options.RepeatInterval);
                else
                    Monitor.Wait(_lock);
            }

            (_waiting, _writing) = (_writing, _waiting);
            _characters = 0;
            dropped = _droppedUntold;
            _droppedUntold = 0;
            return true;
        }
    }

    /// <summary>Events that repeated and then stopped: how many there were is written once their interval is over, or at the end.</summary>
    private void AddLeftOut()
    {
        Interlocked.Exchange(ref _repeatsPending, 0);
        bool isWaiting = false;
        long now = _isEnding ? long.MaxValue : Now;
        foreach ((_, ConsoleLogger logger) in _loggers)
        {
            while (logger.Repeats.TryTake(now, out int eventId, out long leftOut, ref isWaiting))
                _waiting.Enqueue(logger.LeftOutLine(eventId, leftOut));
        }

        if (isWaiting)
            Interlocked.Exchange(ref _repeatsPending, 1);
    }

    private void WriteAll(Stream output, byte[] buffer)
    {
        int length = 0,
            lines = 0;
        while (_writing.TryDequeue(out string? line))
        {
            if (Encoding.UTF8.GetMaxByteCount(line.Length) > buffer.Length - length)
            {
                Send(output, buffer.AsSpan(0, length), lines);
                length = lines = 0;
                if (Encoding.UTF8.GetMaxByteCount(line.Length) > buffer.Length)
                {
                    WriteLine(output, line);
                    continue;
                }
            }

            length += Encoding.UTF8.GetBytes(line, buffer.AsSpan(length));
            lines++;
        }

        Send(output, buffer.AsSpan(0, length), lines);
    }

    private void WriteLine(Stream output, string line) => Send(output, Encoding.UTF8.GetBytes(line), 1);

    // The one place that waits for the reader; only the writer's thread comes here.
    private void Send(Stream output, ReadOnlySpan<byte> bytes, int lines)
    {
        if (lines == 0)
            return;
        try
        {
            output.Write(bytes);
            output.Flush();
            Interlocked.Add(ref _written, lines);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            Interlocked.Add(ref _dropped, lines);
        }
    }
}
