using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Parley.Management;

/// <summary>Events that a target refused for good, one a line: the status, a space, the JSON as it was posted. Two files of 16 MB; the older goes first.</summary>
internal sealed class DeadLetters(string directory)
{
    private const long MaxSize = 16 << 20;

    private readonly Lock _lock = new();
    private readonly string _path = System.IO.Path.Combine(System.IO.Path.GetFullPath(directory), "refused.jsonl");

    /// <summary>Appends one; what the disk does not take is in the log alone.</summary>
    /// <returns>The file.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "A refused event that cannot be kept must not hold up the others.")]
    public string Add(QueuedEvent one, int status)
    {
        lock (_lock)
        {
            try
            {
                if (new FileInfo(_path) is { Exists: true, Length: >= MaxSize })
                    File.Move(_path, _path + ".1", overwrite: true);
                using var file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
                file.Write(Encoding.ASCII.GetBytes(status.ToString(CultureInfo.InvariantCulture) + " "));
                file.Write(one.Body.Span);
                file.WriteByte((byte)'\n');
            }
            catch (Exception failure)
            {
                return "nowhere: " + failure.Message.ReplaceLineEndings(" ");
            }
        }

        return _path;
    }
}
