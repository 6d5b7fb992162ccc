using System.Globalization;
using System.Text.Json;

namespace Parley.Dialogs;

/// <summary>
/// A file of lines that only grows, and its rotated forerunners. It is opened for each batch and closed after it, so whatever moves it away
/// (logrotate) needs no signal: the next batch makes a new one. A batch is written whole and synced, or taken back.
/// </summary>
internal sealed class JsonLinesFile(CallRecordFileOptions options, TimeProvider time)
{
    private const int TailBlock = 64 * 1024;
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private readonly string _path = Path.GetFullPath(options.Path);

    /// <summary>Opens the file to append; tests put something in its place.</summary>
    public Func<string, Stream> Open { get; init; } = OpenFile;

    /// <summary>
    /// Appends lines and has them on the disk when it returns. Before that it rotates the file if it is due, and cuts off the part of a line that
    /// a crash left. What throws leaves the file as it was, or with a part of a line that the next call cuts off.
    /// </summary>
    public void Append(IReadOnlyList<CallRecordEntry> entries)
    {
        RotateIfDue();
        using Stream file = Open(_path);
        long end = EndOfLastLine(file);
        file.SetLength(end);
        file.Position = end;
        try
        {
            foreach (CallRecordEntry entry in entries)
            {
                file.Write(entry.Json.Span);
                file.WriteByte((byte)'\n');
            }

            Sync(file);
        }
        catch
        {
            TakeBack(file, end);
            throw;
        }
    }

    /// <summary>
    /// The ids of the latest lines of the file and of its latest forerunner: of a batch that was appended and not taken from the outbox before a
    /// crash, all are among them.
    /// </summary>
    /// <param name="count">How many lines a batch has at most.</param>
    public HashSet<string> LatestIds(int count)
    {
        var ids = new HashSet<string>();
        if (File.Exists(_path))
            ReadTail(_path, count, ids);
        if (ids.Count < count && Forerunner() is { } before)
            ReadTail(before, count, ids);
        return ids;
    }

    /// <summary>Nothing is written, but it could be.</summary>
    public void Probe()
    {
        using Stream file = Open(_path);
    }

    private static FileStream OpenFile(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Mode;
        return new FileStream(path, options);
    }

    private static void Sync(Stream file)
    {
        if (file is FileStream real)
            real.Flush(flushToDisk: true);
        else
            file.Flush();
    }

    private static void TakeBack(Stream file, long end)
    {
        try
        {
            file.SetLength(end);
        }
        catch (IOException)
        {
            // The next batch cuts it off.
        }
    }

    /// <summary>Where the last whole line ends.</summary>
    private static long EndOfLastLine(Stream file)
    {
        Span<byte> block = stackalloc byte[512];
        long end = file.Length;
        while (end > 0)
        {
            int size = (int)Math.Min(block.Length, end);
            file.Position = end - size;
            file.ReadExactly(block[..size]);
            int at = block[..size].LastIndexOf((byte)'\n');
            if (at >= 0)
                return end - size + at + 1;
            end -= size;
        }

        return 0;
    }

    private static void ReadTail(string path, int count, HashSet<string> ids)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long begin = EndOfLastLine(file);
        byte[] tail = [];
        int lines = 0;
        while (begin > 0 && lines <= count)
        {
            int size = (int)Math.Min(TailBlock, begin);
            begin -= size;
            byte[] longer = new byte[size + tail.Length];
            file.Position = begin;
            file.ReadExactly(longer.AsSpan(0, size));
            lines += longer.AsSpan(0, size).Count((byte)'\n');
            tail.CopyTo(longer.AsSpan(size));
            tail = longer;
        }

        ReadOnlySpan<byte> rest = tail;
        if (begin > 0)
            rest = rest[(rest.IndexOf((byte)'\n') + 1)..]; // it begins within a line
        while (rest.IndexOf((byte)'\n') is >= 0 and int length)
        {
            if (IdOf(rest[..length]) is { } id)
                ids.Add(id);
            rest = rest[(length + 1)..];
        }
    }

    /// <summary>The id of a line; null when it is none of ours.</summary>
    private static string? IdOf(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        try
        {
            return
                json.Read()
                && json.TokenType == JsonTokenType.StartObject
                && json.Read()
                && json.TokenType == JsonTokenType.PropertyName
                && json.ValueTextEquals("id"u8)
                && json.Read()
                && json.TokenType == JsonTokenType.String
                ? json.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The latest file that was this one and was moved away, by this process or another; one that is compressed cannot be read.</summary>
    private string? Forerunner() =>
        Siblings()
            .Where(static name => !name.EndsWith(".gz", StringComparison.Ordinal) && !name.EndsWith(".xz", StringComparison.Ordinal))
            .OrderByDescending(static name => File.GetLastWriteTimeUtc(name))
            .FirstOrDefault();

    private string[] Siblings() => Directory.GetFiles(Path.GetDirectoryName(_path)!, Path.GetFileName(_path) + "?*");

    private void RotateIfDue()
    {
        var file = new FileInfo(_path);
        if (!file.Exists || file.Length == 0)
            return;
        DateTime now = time.GetUtcNow().UtcDateTime;
        bool isFull = options.MaxSize > 0 && file.Length >= options.MaxSize;
        bool isOfFormerDay = options.Daily && file.LastWriteTimeUtc.Date < now.Date;
        if (!isFull && !isOfFormerDay)
            return;
        File.Move(_path, FreeName(now));
        if (options.KeepFiles > 0)
            RemoveOldest();
    }

    /// <summary>A name after all that there are, in the order of time also within a second: the oldest of them may be removed already.</summary>
    private string FreeName(DateTime now)
    {
        string name = _path + now.ToString("'.'yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string? latest = Siblings()
            .Where(IsRotated)
            .Where(other => other.StartsWith(name, StringComparison.Ordinal))
            .Max(StringComparer.Ordinal);
        if (latest is null)
            return name;
        int number = latest.Length == name.Length ? 0 : int.Parse(latest.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{name}.{number + 1:000000}");
    }

    /// <summary>Only files with names that <see cref="FreeName"/> gives: what others put beside is theirs.</summary>
    private void RemoveOldest()
    {
        string[] rotated = [.. Siblings().Where(IsRotated).Order(StringComparer.Ordinal)];
        for (int i = 0; i < rotated.Length - options.KeepFiles; i++)
            File.Delete(rotated[i]);
    }

    private bool IsRotated(string name)
    {
        ReadOnlySpan<char> suffix = name.AsSpan(_path.Length);
        return suffix.Length >= 16
            && suffix[0] == '.'
            && suffix[9] == '-'
            && suffix[1..9].IndexOfAnyExceptInRange('0', '9') < 0
            && suffix[10..16].IndexOfAnyExceptInRange('0', '9') < 0
            && (suffix.Length == 16 || (suffix.Length == 23 && suffix[16] == '.' && suffix[17..].IndexOfAnyExceptInRange('0', '9') < 0));
    }
}
