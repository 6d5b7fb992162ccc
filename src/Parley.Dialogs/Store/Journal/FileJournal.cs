using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Parley.Dialogs;

/// <summary>
/// A journal in one local file: per entry its length and the CRC-32C of length and content, four bytes each, little-endian, then the content. An
/// append is one write and one fsync. For the life of the object the file is locked against other processes.
/// </summary>
public sealed class FileJournal : IJournal
{
    private const int HeaderLength = 8;
    private const int MaxEntry = 64 << 20;
    private readonly string _path;
    private readonly long _maxLength;
    private SafeFileHandle? _file;
    private byte[] _buffer = new byte[64 * 1024];
    private long _length;

    /// <summary>Describes it; nothing is opened yet.</summary>
    /// <param name="path">The file. Its directory exists; on a disk that survives what the data shall survive.</param>
    /// <param name="maxLength">The most bytes that it takes, 64 KiB or more: beyond them an append fails. Default: 4 GiB.</param>
    /// <exception cref="ArgumentException">The path is empty, or the bound too small.</exception>
    public FileJournal(string path, long maxLength = 4L << 30)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (maxLength < 64 * 1024)
            throw new ArgumentException($"A journal takes 65536 bytes at least, not {maxLength}.", nameof(maxLength));
        _path = Path.GetFullPath(path);
        _maxLength = maxLength;
    }

    /// <inheritdoc/>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Bytes that were cut off when it was opened: the rest of an append that a crash had interrupted.</summary>
    public long TornBytes { get; private set; }

    /// <inheritdoc/>
    public ValueTask OpenAsync(CancellationToken cancellation)
    {
        if (_file is not null)
            return ValueTask.CompletedTask;
        try
        {
            bool isNew = !File.Exists(_path);
            _file = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, FileOptions.None);
            if (isNew && Path.GetDirectoryName(_path) is { } directory)
                DirectorySync.Flush(directory); // else a crash may lose the name of a file whose content is safe
            long whole = RandomAccess.GetLength(_file);
            long good = 0;
            while (TryRead(good, whole, out int length))
                good += HeaderLength + length;
            TornBytes = whole - good;
            if (TornBytes > 0)
            {
                RandomAccess.SetLength(_file, good);
                RandomAccess.FlushToDisk(_file);
            }

            _length = good;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _file?.Dispose();
            _file = null;
            string why = IsOfAnother(error)
                ? "another process has it; stop that one, or give this server another state directory or journal"
                : error.Message;
            throw new DialogStoreException($"The journal {_path} cannot be used: {why}", error);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>EWOULDBLOCK of flock(2), ERROR_SHARING_VIOLATION of Windows.</summary>
    private static bool IsOfAnother(Exception error) => error is IOException { HResult: 11 or unchecked((int)0x80070020) };

    /// <inheritdoc/>
    /// <exception cref="IOException">The disk does not take it, or the journal would be longer than its bound.</exception>
    public ValueTask AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(entries);
        SafeFileHandle file = Opened();
        long size = 0;
        foreach (ReadOnlyMemory<byte> entry in entries)
        {
            if (entry.Length is 0 or > MaxEntry)
                throw new ArgumentException($"An entry has 1 to {MaxEntry} bytes, not {entry.Length}.", nameof(entries));
            size += HeaderLength + entry.Length;
        }

        if (_length + size > _maxLength)
            throw new IOException($"The journal {_path} is full: {_length} of {_maxLength} bytes.");
        if (size > Array.MaxLength)
            throw new ArgumentException("More than an array holds.", nameof(entries));
        if (_buffer.Length < size)
            _buffer = new byte[Math.Max(size, Math.Min(Array.MaxLength, _buffer.Length * 2L))];
        int at = 0;
        foreach (ReadOnlyMemory<byte> entry in entries)
        {
            Span<byte> header = _buffer.AsSpan(at, HeaderLength);
            BinaryPrimitives.WriteInt32LittleEndian(header, entry.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Checksum(entry.Length, entry.Span));
            entry.CopyTo(_buffer.AsMemory(at + HeaderLength));
            at += HeaderLength + entry.Length;
        }

        // One that fails half-way is overwritten by the next, since the length does not count it.
        RandomAccess.Write(file, _buffer.AsSpan(0, at), _length);
        RandomAccess.FlushToDisk(file);
        Volatile.Write(ref _length, _length + at);
        if (_buffer.Length > 1 << 20)
            _buffer = new byte[64 * 1024];
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        SafeFileHandle file = Opened();
        long end = _length;
        byte[] header = new byte[HeaderLength];
        byte[] content = [];
        for (long at = 0; at < end; )
        {
            cancellation.ThrowIfCancellationRequested();
            ReadFully(file, header, at);
            int length = BinaryPrimitives.ReadInt32LittleEndian(header);
            if (content.Length < length)
                content = new byte[Math.Max(length, 4096)];
            ReadFully(file, content.AsSpan(0, length), at + HeaderLength);
            yield return content.AsMemory(0, length);
            at += HeaderLength + length;
        }
    }

    /// <summary>Reads one entry: for a reader that goes through a journal at its own pace, such as a queue. Not beside an append.</summary>
    /// <param name="offset">Where it begins: 0, or what the entry before gave as <paramref name="next"/>.</param>
    /// <param name="next">Where the next one begins.</param>
    /// <returns>A copy; null at the end of the journal.</returns>
    /// <exception cref="IOException">The disk does not give it.</exception>
    /// <exception cref="ArgumentException">No entry begins there.</exception>
    public byte[]? ReadAt(long offset, out long next)
    {
        next = offset;
        _ = Opened();
        if (offset == _length)
            return null;
        if (offset < 0 || offset > _length || !TryRead(offset, _length, out int length))
            throw new ArgumentException($"No entry begins at {offset}.", nameof(offset));
        next = offset + HeaderLength + length;
        return _buffer.AsSpan(0, length).ToArray();
    }

    /// <inheritdoc/>
    public ValueTask ClearAsync(CancellationToken cancellation)
    {
        SafeFileHandle file = Opened();
        RandomAccess.SetLength(file, 0);
        RandomAccess.FlushToDisk(file);
        Volatile.Write(ref _length, 0);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _file?.Dispose();
        _file = null;
        return ValueTask.CompletedTask;
    }

    private SafeFileHandle Opened() => _file ?? throw new InvalidOperationException("The journal is not open.");

    private bool TryRead(long at, long end, out int length)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        length = 0;
        if (end - at < HeaderLength)
            return false;
        ReadFully(_file!, header, at);
        length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 1 or > MaxEntry || end - at - HeaderLength < length)
            return false;
        if (_buffer.Length < length)
            _buffer = new byte[length];
        Span<byte> content = _buffer.AsSpan(0, length);
        ReadFully(_file!, content, at + HeaderLength);
        return BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == Checksum(length, content);
    }

    private static void ReadFully(SafeFileHandle file, Span<byte> into, long at)
    {
        while (!into.IsEmpty)
        {
            int read = RandomAccess.Read(file, into, at);
            if (read == 0)
                throw new IOException("The journal is shorter than it was.");
            into = into[read..];
            at += read;
        }
    }

    private static uint Checksum(int length, ReadOnlySpan<byte> content)
    {
        uint crc = BitOperations.Crc32C(uint.MaxValue, (uint)length);
        for (; content.Length >= 8; content = content[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(content));
        foreach (byte b in content)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
