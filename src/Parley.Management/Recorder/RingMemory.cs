using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Parley.Management;

/// <summary>
/// The bytes of the ring, in memory of its own or mapped from a file. Blocks of equal size; before them a page that says what the file is. Memory that
/// was never written takes no room.
/// </summary>
internal sealed unsafe class RingMemory : IDisposable
{
    /// <summary>Of each block: its number in the order of all that were begun, and how much of it is written.</summary>
    public const int BlockHeader = 16;

    private const int FilePage = 4096;
    private const ulong Magic = 0x3130_4352_594C_5250; // "PRLYRC01"
    private const int Smallest = 16 << 10;
    private const int Largest = 128 << 10;
    private const int LeastBlocks = 64;

    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;
    private readonly byte* _blocks;
    private bool _isDisposed;

    /// <param name="bytes">How much, without the page of a file.</param>
    /// <param name="path">The file; empty: none.</param>
    /// <exception cref="IOException">The file cannot be made, or another process has it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public RingMemory(long bytes, string path)
    {
        BlockSize = (int)Math.Clamp(bytes / LeastBlocks, Smallest, Largest) & ~63;
        BlockCount = (int)(bytes / BlockSize);
        long size = (long)BlockSize * BlockCount;
        if (path.Length == 0)
        {
            _start = _blocks = (byte*)NativeMemory.AllocZeroed((nuint)size);
            return;
        }

        (_file, bool isNew) = Open(path, FilePage + size);
        _view = _file.CreateViewAccessor();
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start;
        _blocks = start + FilePage;
        ulong* page = (ulong*)start;
        ulong shape = ((ulong)BlockSize << 32) | (uint)BlockCount;
        if (!isNew && page[0] == Magic && page[1] == shape)
            return;
        // Another size, or no ring: nothing in it can be read.
        new Span<byte>(start, FilePage).Clear();
        for (int i = 0; i < BlockCount; i++)
            new Span<byte>(_blocks + ((long)i * BlockSize), BlockHeader).Clear();
        page[1] = shape;
        Volatile.Write(ref page[0], Magic);
    }

    public int BlockSize { get; }

    public int BlockCount { get; }

    /// <summary>It outlives the process.</summary>
    public bool IsFile => _file is not null;

    /// <summary>The number of the block in this place, counted from 1 over all blocks ever begun; 0: none yet, or one is about to begin.</summary>
    public ref long NumberOf(int place) => ref *(long*)(_blocks + ((long)place * BlockSize));

    /// <summary>How many bytes of the block are written, its header included.</summary>
    public ref int UsedOf(int place) => ref *(int*)(_blocks + ((long)place * BlockSize) + 8);

    public Span<byte> Block(int place) => new(_blocks + ((long)place * BlockSize), BlockSize);

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (_view is null)
        {
            NativeMemory.Free(_start);
            return;
        }

        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file!.Dispose();
    }

    private static (MemoryMappedFile File, bool IsNew) Open(string path, long size)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var stream = new FileStream(path, options);
        try
        {
            bool isNew = stream.Length != size;
            if (isNew)
            {
                stream.SetLength(0);
                stream.SetLength(size);
                // Now, not at a write into the mapping: that would be a SIGBUS on a full disk.
                Reserve(stream.SafeFileHandle, size);
            }

            return (
                MemoryMappedFile.CreateFromFile(stream, null, size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, false),
                isNew
            );
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Gives every page of the file its place on the disk.</summary>
    private static void Reserve(SafeFileHandle file, long size)
    {
        byte[] zeros = new byte[1 << 20];
        for (long at = 0; at < size; at += zeros.Length)
            RandomAccess.Write(file, zeros.AsSpan(0, (int)Math.Min(zeros.Length, size - at)), at);
    }
}
