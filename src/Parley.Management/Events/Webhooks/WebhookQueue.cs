using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>
/// Events on the disk, first in first out: a folder of journals, each a few megabytes, and a file with the place up to which all is delivered. What was
/// appended survives a crash of the process and of the machine; the place may be a little behind after one of the machine, then events come again. Safe
/// from any thread.
/// </summary>
internal sealed class WebhookQueue : IAsyncDisposable
{
    private const string Extension = ".events";
    private const int PositionLength = 24;

    private readonly Lock _lock = new();
    private readonly string _directory;
    private readonly long _maxBytes;
    private readonly long _segmentSize;
    private readonly SortedList<long, FileJournal> _segments = [];
    private SafeFileHandle? _position;
    private QueuePlace _delivered; // up to here all are
    private QueuePlace _read; // the next that is handed out
    private long _bytes;
    private long _waiting;

    /// <param name="directory">The folder; it is made.</param>
    /// <param name="maxBytes">How much it takes.</param>
    /// <param name="segmentSize">How much a file of it takes.</param>
    public WebhookQueue(string directory, long maxBytes, long segmentSize = 4 << 20)
    {
        (_directory, _maxBytes, _segmentSize) = (Path.GetFullPath(directory), maxBytes, segmentSize);
    }

    /// <summary>Events that wait, those on their way included.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    /// <summary>Bytes on the disk.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Bytes that could not be read when it was opened.</summary>
    public long TornBytes { get; private set; }

    /// <exception cref="ManagementException">The folder cannot be used; one line.</exception>
    public async ValueTask OpenAsync(CancellationToken cancellation)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(_directory);
            else
                Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // Locked: two processes would deliver each other's events.
            _position = File.OpenHandle(Path.Combine(_directory, "position"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            foreach (string path in Directory.EnumerateFiles(_directory, "*" + Extension))
            {
                if (
                    !long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                )
                    continue;
                var segment = new FileJournal(path);
                await segment.OpenAsync(cancellation).ConfigureAwait(false);
                _segments.Add(number, segment);
                _bytes += segment.Length;
                TornBytes += segment.TornBytes;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DialogStoreException)
        {
            await DisposeAsync().ConfigureAwait(false);
            throw new ManagementException(
                $"The queue of webhooks {_directory} cannot be used: {error.Message.ReplaceLineEndings(" ")}",
                error
            );
        }

        if (_segments.Count == 0)
            await AddSegmentAsync(1).ConfigureAwait(false);
        _delivered = ReadPosition();
        RemoveDelivered();
        _read = _delivered;
        while (Next() is not null)
            _waiting++;
        _read = _delivered;
    }

    /// <summary>Appends events; on the disk when it returns. False: they would be more than it takes, and none is in.</summary>
    /// <exception cref="IOException">The disk does not take them.</exception>
    public bool TryAppend(IReadOnlyList<ReadOnlyMemory<byte>> events)
    {
        long size = events.Sum(static e => e.Length + 8L);
        lock (_lock)
        {
            if (_bytes + size > _maxBytes)
                return false;
            FileJournal last = _segments.GetValueAtIndex(_segments.Count - 1);
            if (last.Length > 0 && last.Length + size > _segmentSize)
            {
                // A local file: these complete at once.
                AddSegmentAsync(_segments.GetKeyAtIndex(_segments.Count - 1) + 1).AsTask().GetAwaiter().GetResult();
                last = _segments.GetValueAtIndex(_segments.Count - 1);
            }

            long before = last.Length;
            last.AppendAsync(events, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            _bytes += last.Length - before;
            _waiting += events.Count;
            return true;
        }
    }

    /// <summary>Hands out the next event; null when all are. It is to be <see cref="Delivered"/> in its turn.</summary>
    public (byte[] Text, QueuePlace End)? Take()
    {
        lock (_lock)
            return Next() is { } text ? (text, _read) : null;
    }

    /// <summary>All up to here are delivered, or put aside.</summary>
    /// <param name="end">The end of an event that was handed out.</param>
    /// <param name="count">How many that are more than before.</param>
    public void Delivered(QueuePlace end, int count)
    {
        lock (_lock)
        {
            if (_position is null)
                return; // it is closed: they come again
            _delivered = end;
            _waiting -= count;
            WritePosition();
            RemoveDelivered();
        }
    }

    public async ValueTask DisposeAsync()
    {
        FileJournal[] segments;
        lock (_lock)
        {
            segments = [.. _segments.Values];
            _segments.Clear();
            _position?.Dispose();
            _position = null;
        }

        foreach (FileJournal segment in segments)
            await segment.DisposeAsync().ConfigureAwait(false);
    }

    private byte[]? Next()
    {
        while (_segments.Count > 0)
        {
            int index = _segments.IndexOfKey(_read.Segment);
            if (index < 0)
                return null;
            if (_segments.GetValueAtIndex(index).ReadAt(_read.Offset, out long next) is { } text)
            {
                _read = _read with { Offset = next };
                return text;
            }

            if (index == _segments.Count - 1)
                return null;
            _read = new QueuePlace(_segments.GetKeyAtIndex(index + 1), 0);
        }

        return null;
    }

    private async ValueTask AddSegmentAsync(long number)
    {
        var segment = new FileJournal(Path.Combine(_directory, number.ToString("D12", CultureInfo.InvariantCulture) + Extension));
        await segment.OpenAsync(CancellationToken.None).ConfigureAwait(false);
        _segments.Add(number, segment);
    }

    /// <summary>Files before the place are done with; the last stays.</summary>
    private void RemoveDelivered()
    {
        while (_segments.Count > 1 && _segments.GetKeyAtIndex(0) < _delivered.Segment)
        {
            FileJournal first = _segments.GetValueAtIndex(0);
            _bytes -= first.Length;
            first.DisposeAsync().AsTask().GetAwaiter().GetResult();
            File.Delete(Path.Combine(_directory, _segments.GetKeyAtIndex(0).ToString("D12", CultureInfo.InvariantCulture) + Extension));
            _segments.RemoveAt(0);
        }
    }

    /// <summary>Segment, offset, and their sum with a constant; what does not fit, or points nowhere, is the beginning: events come again rather than not.</summary>
    private QueuePlace ReadPosition()
    {
        var first = new QueuePlace(_segments.GetKeyAtIndex(0), 0);
        Span<byte> text = stackalloc byte[PositionLength];
        if (RandomAccess.Read(_position!, text, 0) < PositionLength)
            return first;
        long segment = BinaryPrimitives.ReadInt64LittleEndian(text);
        long offset = BinaryPrimitives.ReadInt64LittleEndian(text[8..]);
        if (BinaryPrimitives.ReadInt64LittleEndian(text[16..]) != Check(segment, offset))
            return first;
        if (!_segments.TryGetValue(segment, out FileJournal? journal))
            return first;
        return offset <= journal.Length && BeginsAt(journal, offset) ? new QueuePlace(segment, offset) : first;
    }

    private static bool BeginsAt(FileJournal journal, long offset)
    {
        long at = 0;
        while (at < offset && journal.ReadAt(at, out long next) is not null)
            at = next;
        return at == offset;
    }

    private void WritePosition()
    {
        Span<byte> text = stackalloc byte[PositionLength];
        BinaryPrimitives.WriteInt64LittleEndian(text, _delivered.Segment);
        BinaryPrimitives.WriteInt64LittleEndian(text[8..], _delivered.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(text[16..], Check(_delivered.Segment, _delivered.Offset));
        RandomAccess.Write(_position!, text, 0);
    }

    private static long Check(long segment, long offset) => unchecked((segment * 31) + offset + 0x5051_1E57_0A11_C0DE);
}
