namespace Parley.Hosting;

/// <summary>
/// A call as one file (<c>.parleycall</c>): messages, steps, timers, and what is needed to run it again elsewhere. The file is one JSON document in UTF-8
/// with a format version.
/// </summary>
public sealed record CallFile
{
    /// <summary>The version of the format that is written. Files of this version and older ones can be read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>How the proxy itself is named among the participants.</summary>
    public const string Ours = "parley";

    /// <summary>The largest file that is read, 64 MB.</summary>
    public const int MaxSize = 64 << 20;

    /// <summary>The Call-ID.</summary>
    public required string CallId { get; init; }

    /// <summary>When it was saved, UTC.</summary>
    public required DateTimeOffset Saved { get; init; }

    /// <summary>What happened, in order of time.</summary>
    public required IReadOnlyList<CallFileEntry> Entries { get; init; }

    /// <summary>The version of the server that saved it; empty when it is not known.</summary>
    public string ServerVersion { get; init; } = "";

    /// <summary>Where the server listened, in the order of its configuration: <c>udp:192.0.2.1:5060</c>, with an advertised name <c>udp:192.0.2.1:5060 as sip.example.com:5060</c>.</summary>
    public IReadOnlyList<string> Listeners { get; init; } = [];

    /// <summary>Names and addresses that the server took for its own.</summary>
    public IReadOnlyList<string> OwnNames { get; init; } = [];

    /// <summary>The settings the server had, as a JSON object, passwords and keys blanked; null when they were not saved.</summary>
    public string? Configuration { get; init; }

    /// <summary>The timers that ran.</summary>
    public IReadOnlyList<CallFileTimer> Timers { get; init; } = [];

    /// <summary>The contacts that the called users had when the call was saved, so that the call can be run again.</summary>
    public IReadOnlyList<CallFileContact> Contacts { get; init; } = [];

    /// <summary>The caller's URI; empty when it is not known.</summary>
    public string From { get; init; } = "";

    /// <summary>The callee's URI; empty when it is not known.</summary>
    public string To { get; init; } = "";

    /// <summary>How the call went, one line in plain language; empty when it is not known.</summary>
    public string Line { get; init; } = "";

    /// <summary>What was abnormal, such as <c>noAck</c>.</summary>
    public IReadOnlyList<string> Abnormal { get; init; } = [];

    /// <summary>Whether the recording has a gap: its beginning was overwritten, or messages were not kept whole.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>The messages, in order of time.</summary>
    public IEnumerable<CallFileMessage> Messages => Entries.OfType<CallFileMessage>();

    /// <summary>The steps, in order of time.</summary>
    public IEnumerable<CallFileStep> Steps => Entries.OfType<CallFileStep>();

    /// <summary>Reads the content of a file.</summary>
    /// <param name="content">All of it.</param>
    /// <exception cref="CallFileException">It is no call file, or one of a newer version.</exception>
    public static CallFile Parse(ReadOnlyMemory<byte> content) => CallFileReader.Read(content);

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="CallFileException">It cannot be opened, is no call file, or one of a newer version.</exception>
    public static CallFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > MaxSize)
                throw new CallFileException($"{path} is larger than {MaxSize >> 20} MB.");
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CallFileException($"{path} cannot be read: {error.Message.ReplaceLineEndings(" ")}", error);
        }
        catch (CallFileException error) when (!error.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new CallFileException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>The content of its file.</summary>
    public byte[] ToBytes() => CallFileWriter.Write(this);
}
